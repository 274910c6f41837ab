import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  production,
  readAudit,
  readLock,
  readWanted,
  reviewed,
  unpinned,
  withInstallScript,
} from '../../scripts/check-dependencies.ts';

const lock = readLock();

describe('dependencies', () => {
  test('are pinned to one version each, with a hash', () => {
    expect(unpinned(lock, readWanted())).toEqual([]);
    expect(unpinned({ 'node_modules/x': { version: '1.0.0' } }, { x: '^1.0.0' })).toHaveLength(2);
    expect(
      unpinned({ 'node_modules/x': { ...lock['node_modules/zod'], resolved: 'git+ssh://host/x' } }, {}),
    ).toHaveLength(1);
  });

  test('run no install script that is not reviewed and listed', () => {
    expect(withInstallScript(lock)).toEqual(reviewed());
    const added = { ...lock, 'node_modules/a/node_modules/@b/c': { hasInstallScript: true } };
    expect(withInstallScript(added)).toContain('@b/c');
  });

  test('run only those install scripts that package.json allows', () => {
    const { allowScripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      allowScripts: Record<string, boolean>;
    };
    const allowed = Object.entries(allowScripts).filter(([, is]) => is);
    expect(allowed.map(([name]) => name).sort()).toEqual(reviewed());
  });

  test('are as few as the page says', () => {
    const { always, most } = production(lock);
    expect(readFileSync('docs/security.md', 'utf8')).toContain(
      `${always} packages, ${most} with the optional binaries`,
    );
  });

  test('advisories that are not served are not taken for none', () => {
    expect(readAudit('{"message":"405 Method Not Allowed"}')).toEqual({
      checked: false,
      why: '405 Method Not Allowed',
    });
    expect(readAudit('')).toMatchObject({ checked: false });
    expect(readAudit('{"vulnerabilities":{}}')).toEqual({ checked: true, found: [] });
    const bad = '{"vulnerabilities":{"x":{"severity":"high","range":"<2"}}}';
    expect(readAudit(bad)).toEqual({ checked: true, found: ['x <2: high'] });
  });
});
