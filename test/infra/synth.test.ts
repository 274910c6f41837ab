import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');

interface Report {
  readonly pluginReports: readonly { readonly violations: readonly { readonly ruleName: string }[] }[];
}

/** Without credentials, and with every validation on. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(AWS|CDK|VITEST)_|^NODE_OPTIONS$/.test(name));
  return { ...Object.fromEntries(own), PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}` };
}

test('the photo demo is synthesised as it is, and CDK finds nothing wrong with its template', {
  timeout: 60_000,
}, async () => {
  const output = await mkdtemp(join(tmpdir(), 'sluice-synth-'));
  try {
    const args = ['synth', '--quiet', '--no-notices', '--output', output];
    await promisify(execFile)('cdk', args, { cwd: ROOT, env: environment() });
    const files = await readdir(output);
    expect(files).toContain('SluicePhotos.template.json');
    const report = JSON.parse(await readFile(join(output, 'validation-report.json'), 'utf8')) as Report;
    const found = report.pluginReports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName));
    expect(found).toEqual([]);
    // One asset a function: three tiers and expiry.
    expect(files.filter((file) => file.startsWith('asset.'))).toHaveLength(4);
  } finally {
    await rm(output, { recursive: true, force: true });
  }
});
