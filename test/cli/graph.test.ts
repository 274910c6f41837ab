import { afterAll, describe, expect, it } from 'vitest';
import { newProject } from './project.ts';
import { TEXTS } from './texts.ts';

const project = newProject(TEXTS);
afterAll(() => project.remove());

describe('sluice graph and list', () => {
  it.concurrent('draws the cascade', async () => {
    const { code, out } = await project.sluice(['graph']);
    expect(code).toBe(0);
    expect(out).toMatch(
      /data ──▶ \[quick\][\s\S]*λ quick ── score ≥ 0\.5 [\s\S]*\[careful\][\s\S]*λ careful ── always/,
    );
  });

  it.concurrent('draws it for Mermaid and as JSON', async () => {
    expect((await project.sluice(['graph', 'texts', '--mermaid'])).out).toMatch(/^flowchart TD\n/);
    const { json } = await project.sluice(['graph', '--json']);
    expect(json).toMatchObject([
      { application: 'texts', tiers: [{ name: 'quick', next: 'careful' }, { name: 'careful' }] },
    ]);
  });

  it.concurrent('lists tiers', async () => {
    const { code, out } = await project.sluice(['list']);
    expect(code).toBe(0);
    expect(out).toContain('no durable folder yet');
    expect(out).toMatch(/careful +carry +careful +0\.9/);
    const { json } = await project.sluice(['list', 'texts', '--json']);
    expect(json).toMatchObject([
      [{ application: 'texts', running: false, tiers: [{ threshold: 0.5 }, { mode: 'carry' }] }],
    ]);
    expect((await project.sluice(['list', 'nothing'])).code).toBe(3);
  });
});

describe('an application with a fault', () => {
  it('is reported by both, with exit code 1', async () => {
    const faulty = newProject({ 'functions/texts/careful.ts': TEXTS['functions/texts/careful.ts'] });
    const graph = await faulty.sluice(['graph', '--json']);
    expect(graph.code).toBe(1);
    expect(graph.json).toMatchObject([{ error: { code: 'graph-unknown-upstream' } }]);
    const list = await faulty.sluice(['list']);
    expect(list.code).toBe(1);
    expect(list.out).toContain('takes its input from tier "quick"');
    await faulty.remove();
  });
});
