import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PRICES } from '../../lib/cost/prices.ts';
import { newProject } from './project.ts';
import { QUICK, TEXTS } from './texts.ts';

const project = newProject(TEXTS);
const flows = Array.from({ length: 40 }, (_, i) =>
  JSON.stringify({ data: { text: i % 4 === 0 ? 'no' : 'long enough' } }),
);
beforeAll(() => project.sluice(['run', '--dir', '.sluice/texts'], { input: flows.join('\n') }));
afterAll(() => project.remove());

describe('sluice cost', () => {
  it('prices what the run counted, tier by tier and service by service', async () => {
    const { code, json } = await project.sluice(['cost', '--json']);
    expect(code).toBe(0);
    const [report] = json as { usage: { flows: number; answered: number }; perMillion: PerMillion }[];
    expect(report!.usage).toMatchObject({ flows: 40, answered: 40 });
    const { total, money, tiers } = report!.perMillion;
    expect(tiers.map(({ name }) => name)).toEqual(['clients', 'quick', 'answers', 'careful']);
    expect(total).toBeCloseTo(sum(Object.values(money)), 9);
    expect(total).toBeCloseTo(sum(tiers.flatMap((tier) => Object.values(tier.money))), 9);
    // No join, no control, nothing large: a cascade that carries pays for no table and no object.
    expect(money).toMatchObject({ dynamodb: 0, s3: 0 });
    expect(tiers[0]!.money.sqs).toBeCloseTo(0.4, 9);
  });

  it('sets others beside it where it is asked to, and says what is counted and what is computed', async () => {
    const { out } = await project.sluice(['cost', '--compare']);
    for (const said of [
      'last tier only',
      'Powertools',
      'durable',
      'express',
      'standard',
      'counted',
      'computed',
      'left out',
    ])
      expect(out).toContain(said);
  });

  it('takes prices of one’s own, for a region of one’s own', async () => {
    const own = PRICES.regions['us-east-1']!;
    project.write(
      'prices.json',
      JSON.stringify({ date: '2027-01-01', regions: { 'mars-1': { ...own, sqsRequest: 10 * own.sqsRequest } } }),
    );
    const priced = async (args: readonly string[]): Promise<number> => {
      const { json } = await project.sluice(['cost', '--json', ...args]);
      return (json as { perMillion: PerMillion }[])[0]!.perMillion.money.sqs!;
    };
    expect(await priced(['--prices', 'prices.json', '--region', 'mars-1'])).toBeCloseTo(10 * (await priced([])), 6);
  });

  it.each<[string, readonly string[], number, RegExp]>([
    ['a region without prices', ['--region', 'mars-2'], 1, /no region "mars-2"[\s\S]*It has us-east-1/],
    ['prices that are not there', ['--prices', 'nowhere.json'], 3, /cannot be read/],
    ['a table that is none', ['--prices', 'none.json'], 2, /is no price table/],
    ['a log that is not there', ['nowhere.ndjson'], 3, /nowhere\.ndjson/],
  ])('refuses %s', async (_, args, code, message) => {
    project.write('none.json', '{}');
    const ran = await project.sluice(['cost', ...args]);
    expect(ran.err).toMatch(message);
    expect(ran.code).toBe(code);
  });

  it('asks the log which application is meant, where there are several', async () => {
    project.write('functions/other/quick.ts', QUICK);
    const log = '.sluice/texts/decisions/000001.ndjson';
    const { json } = await project.sluice(['cost', log, '--json']);
    expect(json).toMatchObject([{ application: 'texts', usage: { flows: 40 } }]);
    project.write('both.ndjson', `${project.read(log)}${JSON.stringify({ ...OLD, application: 'other' })}\n`);
    const both = await project.sluice(['cost', 'both.ndjson']);
    expect(both).toMatchObject({ code: 2, err: expect.stringContaining('--application texts') });
    const one = await project.sluice(['cost', 'both.ndjson', '--application', 'texts', '--json']);
    expect(one.json).toMatchObject([{ usage: { flows: 40 } }]);
    project.write('strange.ndjson', `${JSON.stringify({ ...OLD, application: 'strange' })}\n`);
    const strange = await project.sluice(['cost', 'strange.ndjson']);
    expect(strange).toMatchObject({ code: 3, err: expect.stringContaining('no application "strange"') });
  });

  it.each(['redecide', 'report', 'calibrate', 'replay'])('%s says 3 of a log that is not there', async (command) => {
    const tiers = command === 'calibrate' ? ['--tiers', 'quick,careful'] : [];
    const ran = await project.sluice([
      command,
      'nowhere.ndjson',
      ...tiers,
      ...(EXTRA[command] ?? []),
      '--application',
      'texts',
    ]);
    expect(ran).toMatchObject({ code: 3, err: expect.stringContaining('nowhere.ndjson') });
  });

  it('refuses a log whose records do not say what was billed', async () => {
    project.write('old.ndjson', `${JSON.stringify(OLD)}\n`);
    const ran = await project.sluice(['cost', 'old.ndjson']);
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('do not say what was billed') });
  });
});

interface PerMillion {
  readonly total: number;
  readonly money: Readonly<Record<string, number>>;
  readonly tiers: readonly { readonly name: string; readonly money: Readonly<Record<string, number>> }[];
}

/** What a command does not begin without. */
const EXTRA: Readonly<Record<string, readonly string[]>> = {
  redecide: ['--with', 'quick=0.4'],
  calibrate: ['--target', '0.9'],
};

const OLD = {
  ...{ v: 1, at: 1, application: 'texts', tier: 'quick', version: '1', flow: 'f', decision: 'accepted' },
  ...{ in: [{ id: 'm', kind: 'data' }], attempt: 1, calls: { queue: 1, table: 0, object: 0 } },
};

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
