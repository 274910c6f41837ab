import { afterAll, describe, expect, it } from 'vitest';
import { newProject } from './project.ts';
import { CAREFUL, TEXTS } from './texts.ts';

const project = newProject(TEXTS);
afterAll(() => project.remove());

const flow = (flowId: string, text: unknown): string => JSON.stringify({ flowId, data: { text } });
const DIR = ['--dir', '.sluice/letters'];
const dlq = (...args: readonly string[]): ReturnType<typeof project.sluice> => project.sluice(['dlq', ...args, ...DIR]);

describe('sluice dlq', () => {
  it('says so where nothing was kept', async () => {
    const { code, err } = await dlq('ls');
    expect(code).toBe(3);
    expect(err).toContain('no durable folder');
  });

  it('lists, shows, redrives once the tier is corrected, and purges', async () => {
    const input = [
      flow('p1', 'bad'),
      flow('p2', 'bad'),
      flow('i1', 5),
      ...Array.from({ length: 12 }, (_, i) => flow(`m${i}`, 6)),
    ];
    expect((await project.sluice(['run', ...DIR], { input: input.join('\n') })).code).toBe(4);

    const listed = await dlq('ls');
    expect(listed.code).toBe(0);
    expect(listed.out).toMatch(
      /quick {2}data-invalid {2}13 letters[\s\S]*and 8 more[\s\S]*careful {2}predict-failed {2}2 letters/,
    );
    const [all] = (await dlq('ls', '--json')).json as unknown as [
      { total: number; groups: { letters: { id: string; flow: string }[] }[] },
    ];
    expect(all.total).toBe(15);
    const letter = all.groups[1]!.letters.find((l) => l.flow === 'p1')!;
    expect((await dlq('ls', '--tier', 'careful', '--flow', 'p2', '--json')).json).toMatchObject([{ total: 1 }]);

    expect((await dlq('ls', '--id', letter.id.slice(0, 13), '--json')).json).toMatchObject([{ total: 1 }]);
    expect((await dlq('redrive', '--id', letter.id, '--dry-run')).out).toBe(
      'would redrive 1 letter of careful (predict-failed)\n',
    );
    // What several begin with names none of them.
    const several = await dlq('purge', '--yes', '--id', '', '--json');
    expect(several).toMatchObject({ code: 2, json: [{ error: { fix: expect.stringContaining('Write more of it') } }] });
    expect((await dlq('redrive', '--id', 'nothing')).code).toBe(3);

    const shown = await dlq('show', letter.id.slice(0, 13));
    expect(shown.out).toMatch(/flow {6}p1\n[\s\S]*predict-failed[\s\S]*"text": "bad"/);
    expect((await dlq('show', letter.id, '--json')).json).toMatchObject([{ flow: 'p1', message: { kind: 'signal' } }]);
    expect((await dlq('show', 'nothing')).code).toBe(3);
    expect((await dlq('show', '')).code).toBe(2);

    const others = 'no dead letters with reason data-invlid; there are data-invalid (13), predict-failed (2)\n';
    for (const command of [['ls'], ['redrive'], ['redrive', '--dry-run'], ['purge', '--yes']]) {
      const none = await dlq(...command, '--reason', 'data-invlid');
      expect([command, none.code, none.out]).toEqual([command, 0, others]);
    }
    expect((await dlq('ls', '--tier', 'careful', '--reason', 'data-invalid')).out).toContain(
      'are predict-failed (2)\n',
    );

    expect((await dlq('redrive', '--dry-run', '--reason', 'predict-failed', '--json')).json).toMatchObject([
      { wouldRedrive: 2 },
    ]);
    project.write('functions/texts/careful.ts', CAREFUL.replace('broken = true', 'broken = false'));
    expect((await dlq('redrive', '--flow', 'p1')).out).toContain('redrove 1 letter of careful (predict-failed)');
    expect((await dlq('redrive', '--flow', 'p1')).code).toBe(3);
    expect((await dlq('redrive', '--tier', 'careful', '--json')).json).toMatchObject([{ redriven: 1, failed: [] }]);
    const finished = await project.sluice(['run', ...DIR], { input: '' });
    expect(finished.json.map((answer) => answer.flowId).sort()).toEqual(['p1', 'p2']);
    expect((await project.sluice(['flow', 'p1', ...DIR])).out).toContain('answered by careful');

    expect((await dlq('purge')).code).toBe(2);
    expect((await dlq('purge', '--dry-run', '--json')).json).toMatchObject([{ wouldPurge: 13 }]);
    expect((await dlq('purge', '--yes', '--flow', 'm3')).out).toContain('deleted 1 dead letter');
    const { id } = all.groups[0]!.letters.find((l) => l.flow === 'm4')!;
    expect((await dlq('purge', '--yes', '--id', id.slice(0, 13))).out).toContain('deleted 1 dead letter');
    expect((await dlq('purge', '--yes', '--json')).json).toMatchObject([{ purged: 11 }]);
    expect((await dlq('ls')).out).toBe('no dead letters\n');
    expect((await dlq('redrive')).code).toBe(0);
    expect((await dlq('ls', '--tier', 'carefull')).err).toContain('Did you mean "careful"? Tiers: quick, careful.');
    expect((await dlq('ls', '--tier', 'nope')).err).toBe('error there is no tier "nope"\n  → Tiers: quick, careful.\n');
  });
});
