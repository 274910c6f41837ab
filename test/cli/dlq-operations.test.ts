import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openCloud } from '../../lib/local/index.ts';
import { newProject, type Project } from './project.ts';
import { atTerminal, hasPty } from './pty.ts';
import { QUICK, TEXTS } from './texts.ts';

const BIN = join(import.meta.dirname, '../../bin/sluice.js');

function project(files: Readonly<Record<string, string>>): Project {
  const made = newProject(files);
  onTestFinished(() => made.remove());
  return made;
}

/** Letters of flows that the first tier answers once they are redriven. */
async function putLetters({ dir }: Project, flows: readonly string[]): Promise<void> {
  const cloud = await openCloud({ dir: join(dir, '.sluice/texts'), role: 'client' });
  const letters = flows.map((flow) => ({
    ...{ v: 1, id: `letter-${flow}`, application: 'texts', tier: 'quick', version: 'v', flow, queue: 'quick' },
    ...{ code: 'predict-failed', reason: 'the model server was away', attempt: 5, at: 1 },
    body: JSON.stringify({
      ...{ v: 1, id: `m-${flow}`, flow, kind: 'data', from: { name: 'client', version: '1' }, ts: 1, sent: 1, hop: 0 },
      data: { text: 'long enough to be sure of' },
    }),
  }));
  await cloud.queue('quick.dlq').send(letters.map((letter) => ({ body: JSON.stringify(letter) })));
  await cloud.close();
}

describe('sluice dlq redrive', () => {
  test('killed in the middle loses no flow; done again, it goes on, and what was sent twice has one answer id', async () => {
    const { dir, sluice, start } = project(TEXTS);
    const flows = Array.from({ length: 3_000 }, (_, i) => `f${i}`);
    await sluice(['run', '--dir', '.sluice/texts'], { input: '' });
    await putLetters({ dir } as Project, flows);

    const looking = await openCloud({ dir: join(dir, '.sluice/texts'), role: 'client' });
    const redrive = start(['dlq', 'redrive']);
    for (let ready = 0; ready < 50; ready = (await looking.queue('quick').depth()).ready) await setTimeout(1);
    await redrive.kill('SIGKILL');
    const sent = (await looking.queue('quick').depth()).ready;
    await looking.close();
    expect(sent).toBeLessThan(flows.length);

    const first = (await sluice(['run', '--dir', '.sluice/texts'], { input: '' })).json.filter(
      (line) => 'flowId' in line,
    );
    const again = await sluice(['dlq', 'redrive', '--json']);
    expect(again.json).toMatchObject([{ redriven: expect.any(Number), failed: [] }]);
    const second = (await sluice(['run', '--dir', '.sluice/texts'], { input: '' })).json.filter(
      (line) => 'flowId' in line,
    );
    expect((await sluice(['dlq', 'ls'])).out).toBe('no dead letters\n');

    const ids = Map.groupBy([...first, ...second], ({ flowId }) => String(flowId));
    expect([...ids.keys()].sort()).toEqual([...flows].sort());
    for (const same of ids.values()) expect(new Set(same.map(({ id }) => id)).size).toBe(1);
    // At most the one chunk in hand was sent and not yet deleted.
    expect(first.length + second.length - flows.length).toBeLessThanOrEqual(10);
  }, 60_000);

  test('a flow whose halves had met finds the missing one in the table, and `show` tells its whole story', async () => {
    const joined = (broken: boolean): string => `
import { defineTier, stream, tier } from 'sluice';
import * as z from 'zod';

export default defineTier({
  name: 'joined',
  input: tier<typeof import('./quick.ts')>('quick'),
  join: { data: stream('pages', z.object({ page: z.number() })), ttl: '1h' },
  output: z.string(),
  predict: ({ data, signal }) => {
    if (${broken}) throw new Error('no model for this');
    return signal.label + ' on page ' + data.page;
  },
  retry: { maxAttempts: 2, backoff: '10ms' },
});
`;
    const { sluice, write } = project({ 'functions/texts/quick.ts': QUICK, 'functions/texts/joined.ts': joined(true) });
    const lines = [
      { flowId: 'f', data: { text: 'bad' }, entry: 'quick' },
      { flowId: 'f', data: { page: 7 }, entry: 'joined.pages' },
    ];
    const ran = await sluice(['run', '--dir', '.sluice/texts'], {
      input: lines.map((l) => JSON.stringify(l)).join('\n'),
    });
    expect(ran.code).toBe(4);
    const [listed] = (await sluice(['dlq', 'ls', '--json'])).json as unknown as [
      { total: number; groups: { count: number; letters: { id: string; body: string }[] }[] },
    ];
    expect(listed).toMatchObject({ total: 1, groups: [{ count: 1, tier: 'joined', code: 'predict-failed' }] });
    const { id, body } = listed.groups[0]!.letters[0]!;
    // The letter holds one half only: either may have come second.
    expect([body.includes('"page":7'), body.includes('"label":"bad"')].filter(Boolean)).toHaveLength(1);

    const shown = await sluice(['dlq', 'show', id]);
    expect(shown.out).toMatch(/no model for this[\s\S]*flow f: dead-lettered at joined/);
    for (const step of ['escalated', 'parked', 'retried', 'failed']) expect(shown.out).toContain(step);
    const asked = (await sluice(['dlq', 'show', id, '--json'])).json;
    expect(asked).toMatchObject([{ id, story: { flow: 'f', standing: 'dead-lettered' } }]);

    write('functions/texts/joined.ts', joined(false));
    expect((await sluice(['dlq', 'redrive', '--flow', 'f'])).out).toContain('redrove 1 letter of joined');
    expect((await sluice(['dlq', 'redrive', '--flow', 'f'])).code).toBe(3);
    const mended = await sluice(['run', '--dir', '.sluice/texts'], { input: '' });
    expect(mended.json.filter((line) => 'flowId' in line)).toMatchObject([{ flowId: 'f', output: 'bad on page 7' }]);
  }, 60_000);
});

describe.skipIf(!hasPty)(
  'sluice dlq purge at a terminal (skipped without python3: Node makes no pseudo-terminal)',
  () => {
    test.each([
      ['y\r', 'deleted 2 dead letters', 0],
      ['yes\r', 'deleted 2 dead letters', 0],
      ['n\r', 'deleted 0 dead letters', 2],
      ['\r', 'deleted 0 dead letters', 2],
      ['yep\r', 'deleted 0 dead letters', 2],
    ])('asks, and takes only yes for yes: %j', async (answer, said, left) => {
      const made = project(TEXTS);
      await made.sluice(['run', '--dir', '.sluice/texts'], { input: '' });
      await putLetters(made, ['a', 'b']);
      const { code, screen } = await atTerminal([process.execPath, BIN, 'dlq', 'purge'], {
        ...{ question: 'Delete 2 dead letters for good? (y/N)', answer, cwd: made.dir },
      });
      expect(screen).toContain(said);
      expect(code).toBe(0);
      expect((await made.sluice(['dlq', 'ls', '--json'])).json).toMatchObject([{ total: left }]);
    });
  },
);
