import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newProject } from '../cli/project.ts';

const QUICK = (atLeast: number, sure: string): string => `
import { defineTier } from 'sluice';
import * as z from 'zod';

export default defineTier({
  name: 'quick',
  input: z.object({ n: z.number() }),
  output: z.object({ sure: z.number() }),
  predict: ({ data }) => ({ sure: ${sure} }),
  satisfied: { score: ({ output }) => output.sure, atLeast: ${atLeast} },
  capture: 1,
});
`;
const CAREFUL = `
import { defineTier, tier } from 'sluice';
import * as z from 'zod';

export default defineTier({
  name: 'careful',
  input: tier<typeof import('./quick.ts')>('quick'),
  output: z.object({ sure: z.number() }),
  predict: () => ({ sure: 1 }),
  capture: 1,
});
`;
const FLOWS = Array.from({ length: 10 }, (_, n) => `${JSON.stringify({ data: { n }, flowId: `f${n}` })}\n`).join('');

const project = newProject({
  'functions/numbers/quick.ts': QUICK(0.5, 'data.n / 10'),
  'functions/numbers/careful.ts': CAREFUL,
  'flows.ndjson': FLOWS,
});
afterAll(() => project.remove());

describe('a log on the command line', () => {
  beforeAll(async () => {
    const ran = await project.sluice(['run', 'numbers', 'flows.ndjson', '--dir', '.sluice/numbers']);
    expect([ran.code, ran.err]).toEqual([0, ran.err]);
  }, 60_000);

  test('is decided again under other thresholds', async () => {
    const { code, json } = await project.sluice(['redecide', '--with', 'quick=0.3', '--json']);
    expect(code).toBe(0);
    // Flows 3 and 4 would be answered by the first tier.
    expect(json.at(-1)).toMatchObject({ records: 25, verdicts: 15, changed: 2, unknown: 0, problems: { broken: 0 } });
    const text = await project.sluice(['redecide', '.sluice/numbers', '--with', 'quick=0.3', '--list']);
    expect(text.out).toContain('2 flows would take another way, of 15 verdicts');
    expect(text.out).toContain('f3  quick  0.3  spared');
    const raised = await project.sluice(['redecide', '--with', 'quick=0.8']);
    expect(raised.out).toContain('3 flows would come to a tier that never ran on them');
  });

  test('names what it does not know', async () => {
    const typo = await project.sluice(['redecide', '--with', 'quik=0.3']);
    expect([typo.code, typo.err]).toEqual([3, expect.stringContaining('Did you mean "quick"?')]);
    const unscored = await project.sluice(['redecide', '--with', 'careful=0.3']);
    expect([unscored.code, unscored.err]).toEqual([1, expect.stringContaining('logged no score')]);
    const word = await project.sluice(['redecide', '--with', 'quick=high']);
    expect(word.code).toBe(2);
    const nothing = await project.sluice(['redecide', 'no-such-folder']);
    expect([nothing.code, nothing.err]).toEqual([
      3,
      expect.stringContaining('there is no file or folder no-such-folder'),
    ]);
    const elsewhere = await project.sluice(['redecide', '--dir', 'elsewhere']);
    expect(elsewhere.code).toBe(3);
  });

  test('is read around what is broken in it', async () => {
    const records = await project.sluice(['flow', 'f1', '--json']);
    const [record] = (records.json[0] as { decisions: readonly object[] }).decisions;
    project.write(
      'damaged.ndjson',
      `${JSON.stringify(record)}\n{"v":1,\u001b[31m\n${JSON.stringify({ ...record, v: 9 })}\n{"v"`,
    );
    const { code, out, err } = await project.sluice(['redecide', 'damaged.ndjson']);
    expect(code).toBe(0);
    expect(out).toContain('3 lines were left out: 1 cut, 1 broken, 1 version.');
    expect(err).toContain('is no JSON: {"v":1,\\u001b[31m');
  });

  test('is replayed through the files as they are, and as they become', async () => {
    const same = await project.sluice(['replay', '--fail-on-change', '--json']);
    expect([same.code, same.json.at(-1)]).toMatchObject([0, { flows: 10, same: 10, answers: { same: 10 } }]);
    project.write('functions/numbers/quick.ts', QUICK(0.5, 'data.n / 10 + 0.25'));
    const text = await project.sluice(['replay']);
    expect([text.code, text.err]).toEqual([0, text.err]);
    expect(text.out).toContain('10 flows compared: 8 the same, 2 changed.');
    expect(text.out).toContain('f3  quick: escalated (0.3) → accepted (0.55)');
    expect(await project.sluice(['replay', '--fail-on-change'])).toMatchObject({ code: 1 });
    project.write('none.ndjson', '');
    const given = await project.sluice(['replay', '--input', 'flows.ndjson', '--flows', '2', '--json']);
    expect(given.json.at(-1)).toMatchObject({ flows: 2, same: 2, more: true });
    project.write('wrong.ndjson', '{"flowid":"a","data":{}}\n');
    const { json: misspelled } = await project.sluice(['replay', '--input', 'wrong.ndjson', '--json']);
    expect(misspelled).toMatchObject([
      {
        error: {
          message: 'line 1 of wrong.ndjson has an unknown key "flowid"',
          fix: expect.stringContaining('Did you mean "flowId"?'),
        },
      },
    ]);
    const none = await project.sluice(['replay', '--input', 'none.ndjson']);
    expect(none).toMatchObject({ code: 0, out: expect.stringMatching(/^0 flows compared/) });
    const wrong = await project.sluice(['replay', '--flows', 'all']);
    expect(wrong.code).toBe(2);
  });
});
