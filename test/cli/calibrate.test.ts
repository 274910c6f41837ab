import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pricesOf } from '../../lib/cost/prices.ts';
import { seeded } from '../calibrate/random.ts';
import { recordsOf, type Story } from '../calibrate/records.ts';
import { newProject, type Project } from './project.ts';

const tiers = ['cheap', 'dear'];
const cheap = `import { defineTier } from 'sluice';
import * as z from 'zod';
export default defineTier({
  name: 'cheap',
  input: z.object({ n: z.number() }),
  output: z.object({ label: z.string(), sure: z.number() }),
  predict: ({ data: { n } }) => ({ label: n % 7 === 0 ? 'odd one' : 'plain', sure: n % 7 === 0 ? 0.2 : 0.95 }),
  satisfied: { score: ({ output }) => output.sure, atLeast: 0.9 },
  audit: 1,
  capture: 1,
});
`;
const dear = `import { defineTier, tier } from 'sluice';
import * as z from 'zod';
export default defineTier({
  name: 'dear',
  input: tier<typeof import('./cheap.ts')>('cheap'),
  output: z.object({ label: z.string(), sure: z.number() }),
  predict: ({ data: { n } }) => ({ label: n % 7 === 0 ? 'lucky' : 'plain', sure: 1 }),
  capture: 1,
});
`;

/** A log in which the cheap tier is wrong more often the less sure it is, and which holds every prediction. */
function log(flows: number, wrongWhere = 0): string {
  const random = seeded(wrongWhere + 1);
  const stories = Array.from({ length: flows }, (_, i): Story => {
    const score = Math.max(random(), wrongWhere);
    const isWrong = random() < (wrongWhere > 0 ? 0.5 : 0.5 * (1 - score));
    return {
      flow: `f${i}`,
      answeredBy: score >= 0.5 ? 0 : 1,
      tiers: [
        { score, answer: isWrong ? 'x' : 'y' },
        { score: 1, answer: 'y' },
      ],
    };
  });
  return `${stories
    .flatMap((story, i) => recordsOf(story, tiers, 1e12 + i))
    .map((record) => JSON.stringify(record))
    .join('\n')}\n`;
}

/** The same as a cascade without `audit` writes it. */
const withoutShadows = (lines: string): string =>
  `${lines
    .trimEnd()
    .split('\n')
    .filter((line) => !line.includes('"decision":"audited"'))
    .join('\n')}\n`;

let project: Project;

beforeAll(() => {
  project = newProject({
    'functions/pair/cheap.ts': cheap,
    'functions/pair/dear.ts': dear,
    'functions/pair/controls/threshold.ts': "export { threshold as default } from 'sluice';\n",
    'log.ndjson': log(4_000),
    'few.ndjson': log(20),
    'worse.ndjson': log(4_000, 0.5),
    'blind.ndjson': withoutShadows(log(4_000)),
  });
});
afterAll(() => project.remove());

const files = ['log.ndjson', '--tiers', 'cheap,dear', '--cost', 'cheap=1', '--cost', 'dear=20'];

describe('sluice calibrate', () => {
  test('prints thresholds and what they promise, writes them and a picture', async () => {
    const args = ['calibrate', ...files, '--target', '0.95', '--write', 'thresholds.json', '--plot', 'curve.svg'];
    const { code, out } = await project.sluice(args);
    expect(code).toBe(0);
    expect(out).toMatch(
      /certified {2}agrees with the last tier on 95\.00 % or more; the chance that it does not is 5\.00 % at most/,
    );
    expect(out).toMatch(/▲ 95\.00 % certified/);
    expect(out).toMatch(/dollars {4}not known: with --tiers, the memory of the functions is not known/);
    const written = JSON.parse(project.read('thresholds.json'));
    expect(written).toMatchObject({ v: 1, target: 0.95, delta: 0.05, flows: 4_000 });
    // True accuracy at t is 1 - (1 - t)²/4: 95 % at 0.553. The log's 0.5 would miss it.
    expect(written.tiers[0].atLeast).toBeGreaterThan(0.5);
    expect(project.read('curve.svg')).toMatch(/^<svg [\s\S]*<polyline [\s\S]*<\/svg>\n$/);
  });

  test('a target and a chance are told as they were given, however near they are to all and none', async () => {
    const { out } = await project.sluice(['calibrate', ...files, '--target', '0.90001', '--delta', '0.00004']);
    expect(out).toMatch(/on 90\.001 % or more; the chance that it does not is 0\.004 % at most/);
    expect(out).toMatch(/▲ 90\.001 % certified/);
  });

  test('a log under several thresholds is told as one', async () => {
    const lines = log(4_000).split('\n');
    const raised = lines.map((line, i) => (i > 5_000 ? line.replace('"threshold":0.5', '"threshold":0.51') : line));
    project.write('mixed.ndjson', raised.join('\n'));
    const { out } = await project.sluice(['calibrate', 'mixed.ndjson', ...files.slice(1), '--target', '0.9']);
    expect(out).toMatch(/cheap +\S+ +0\.5 to 0\.51 /);
    expect(out).toMatch(/in the log .* of the cost, under the highest of its thresholds/);
    const { out: one } = await project.sluice(['calibrate', ...files, '--target', '0.9']);
    expect(one).toMatch(/in the log .* of the cost, under its thresholds/);
  });

  test('--json prints the result and nothing else', async () => {
    const { code, json, out } = await project.sluice(['calibrate', ...files, '--target', '0.95', '--json']);
    expect(code).toBe(0);
    expect(out.trim().split('\n')).toHaveLength(1);
    expect(json[0]).toMatchObject({ ok: true, reference: 'last', tiers: [{ tier: 'cheap' }, { tier: 'dear' }] });
  });

  test('labels count instead of the last tier; contradicting ones, broken lines and missing files are named', async () => {
    project.write(
      'labels.ndjson',
      Array.from({ length: 2_000 }, (_, i) => `{"flowId":"f${i}","label":"y"}`).join('\n'),
    );
    const labelled = await project.sluice(['calibrate', ...files, '--target', '0.95', '--labels', 'labels.ndjson']);
    expect(labelled.out).toMatch(/agrees with the labels on 95\.00 %/);
    expect(labelled.out).toMatch(/2000 flows left out: without a label/);
    project.write('two.ndjson', '{"flowId":"f1","label":"y"}\n{"flowId":"f1","label":"x"}\n');
    const two = await project.sluice(['calibrate', ...files, '--labels', 'two.ndjson']);
    expect(two).toMatchObject({ code: 1, err: expect.stringMatching(/contradict each other: "f1"/) });
    project.write('broken.ndjson', '{"flowId":"f1","label":"y"}\nf2,y\n');
    const broken = await project.sluice(['calibrate', ...files, '--labels', 'broken.ndjson']);
    expect(broken).toMatchObject({ code: 2, err: expect.stringMatching(/line 2 of broken\.ndjson/) });
    const none = await project.sluice(['calibrate', ...files, '--labels', 'none.ndjson']);
    expect(none).toMatchObject({ code: 3 });
  });

  test('a log that cannot support the claim ends with 1 and says how many flows would', async () => {
    const args = ['calibrate', 'few.ndjson', ...files.slice(1)];
    const { code, out } = await project.sluice(args);
    expect(code).toBe(1);
    expect(out).toMatch(/no thresholds: 20 flows cannot show 99 %: about \d+ more are needed/);
    const { json } = await project.sluice([...args, '--json']);
    expect(json[0]).toMatchObject({ ok: false, reason: 'too-few', needed: { atLeast: 299 } });
  });

  test.each([
    [['--delta', '0'], 2, /delta is 0: no log of any size/],
    [['--target', 'all'], 2, /--target is all/],
    [['--delta', ''], 2, /--delta is ""/],
    [['--prices', 'nowhere.json'], 3, /nowhere\.json cannot be read/],
    [['--cost', 'deer=1'], 3, /--cost names tier "deer"/],
    [['--audit', 'cheap'], 2, /--audit is cheap/],
    [['--region', 'mars-1'], 1, /no region "mars-1"/],
    [['--tiers', 'cheap'], 2, /--tiers is cheap/],
    [['--logits', 'nofield'], 1, /no prediction has logits in a field "nofield"[\s\S]*There are: label, confidence/],
    [['--write', 'nowhere/x.json'], 1, /--write nowhere\/x\.json cannot be written: there is no folder nowhere/],
    [['--plot', '.'], 1, /--plot \. cannot be written: it is a folder/],
  ] as const)('%s is refused', async (wrong, code, message) => {
    expect(await project.sluice(['calibrate', ...files, ...wrong])).toMatchObject({
      code,
      out: '',
      err: expect.stringMatching(message),
    });
  });

  test('of a log too small to have come to the last tier, what is missing is flows, and not a cost', async () => {
    const small = log(400)
      .split('\n')
      .filter((line) => line.includes('"tier":"cheap"') && line.includes('"accepted"'));
    project.write('one.ndjson', `${small[0]}\n`);
    const one = await project.sluice(['calibrate', 'one.ndjson', '--tiers', 'cheap,dear']);
    expect(one).toMatchObject({ code: 1, err: '' });
    expect(one.out).toMatch(
      /no thresholds: what the last tier makes of the 1 flow that cheap answered is known for none/,
    );
    project.write('untimed.ndjson', log(4_000).replaceAll(/"modelMs":2,/g, ''));
    const untimed = await project.sluice(['calibrate', 'untimed.ndjson', '--tiers', 'cheap,dear', '--target', '0.9']);
    expect(untimed).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/no model time of dear/) });
  });

  test('a tier between two named ones is missed: without its answers, the flows left are no sample', async () => {
    const lines = log(400).replaceAll(
      '"decision":"escalated"',
      '"decision":"escalated","out":[{"id":"o","to":"middle"}]',
    );
    project.write('three.ndjson', lines);
    await project.sluice(['calibrate', ...files, '--target', '0.9', '--write', 'expected.json']);
    const [, ...named] = files;
    for (const args of [
      ['calibrate', 'three.ndjson', ...named],
      ['watch', 'three.ndjson', '--expected', 'expected.json'],
    ]) {
      expect(await project.sluice(args)).toMatchObject({
        code: 2,
        out: '',
        err: expect.stringMatching(/cheap escalated to "middle", which is not among cheap, dear[\s\S]*Name all tiers/),
      });
    }
    project.write('three.ndjson', lines.replaceAll('"middle"', '"dear"'));
    const { err } = await project.sluice(['calibrate', 'three.ndjson', ...named]);
    expect(err).not.toContain('escalated to');
  });

  test('the log of an application: from a run to thresholds that wait for it as controls', async () => {
    const flows = Array.from({ length: 400 }, (_, n) => JSON.stringify({ data: { n }, flowId: `n${n}` })).join('\n');
    const ran = await project.sluice(['run', 'pair', '--dir', 'kept'], { input: flows });
    expect(ran.code).toBe(0);
    const args = ['calibrate', '--dir', 'kept', '--cost', 'cheap=1', '--cost', 'dear=20', '--control'];
    const { code, out, err } = await project.sluice(args);
    expect({ code, err }).toMatchObject({ code: 0 });
    // The cheap tier is wrong on every seventh number and knows it: its sure answers all agree.
    expect(out).toMatch(/cheap +0\.95 +0\.9 /);
    expect(out).toMatch(/sent: threshold of cheap, version 1/);
    expect(out).toMatch(
      /dollars {4}\$([\d.]+) for a million flows in the log, calls and all; \$[\d.]+ under these thresholds; \$[\d.]+ by dear alone/,
    );
    // A price table of no region but one's own, and of twice the prices.
    const twice = Object.fromEntries(Object.entries(pricesOf('us-east-1')).map(([name, price]) => [name, 2 * price]));
    project.write('prices.json', JSON.stringify({ date: '2030-01-01', sources: [], regions: { here: twice } }));
    const dollars = async (...more: readonly string[]) =>
      (await project.sluice(['calibrate', '--dir', 'kept', '--json', ...more])).json[0]!.dollars as { now: number };
    const { now } = await dollars();
    expect((await dollars('--prices', 'prices.json', '--region', 'here')).now).toBeCloseTo(2 * now, 9);
    rmSync(join(project.dir, 'functions/pair/controls/threshold.ts'));
    const without = await project.sluice(args);
    const fix = "a file controls/threshold.ts of one line turns it on: export { threshold as default } from 'sluice';";
    expect(without).toMatchObject({ code: 3, out: '', err: expect.stringContaining(fix) });
  }, 60_000);
});

describe('sluice watch', () => {
  test('says that all is as expected, or what is not and since when', async () => {
    await project.sluice(['calibrate', ...files, '--target', '0.9', '--write', 'expected.json']);
    const expected = JSON.parse(project.read('expected.json'));
    // The same flows, answered by the log's threshold: it must be what was expected.
    expected.tiers[0].escalates = { expected: 0.5, low: 0.47, high: 0.53 };
    project.write('expected.json', JSON.stringify(expected));
    const quiet = await project.sluice(['watch', 'log.ndjson', '--expected', 'expected.json']);
    expect(quiet).toMatchObject({ code: 0, out: expect.stringMatching(/cheap escalates .*as expected/) });
    const loud = await project.sluice(['watch', 'worse.ndjson', '--expected', 'expected.json']);
    expect(loud.code).toBe(1);
    expect(loud.out).toMatch(/cheap escalates .*too low since/);
    expect(loud.out).toMatch(/wrong answers .*too high since/);
    const { json } = await project.sluice(['watch', 'worse.ndjson', '--expected', 'expected.json', '--json']);
    expect(json[0]).toMatchObject({ flows: 4_000, alarms: 2 });
  });

  test('wrong answers that nobody looked for are not known, and are not called none', async () => {
    const { code, out, json } = await project.sluice([
      'watch',
      'blind.ndjson',
      '--expected',
      'expected.json',
      '--json',
    ]);
    expect({ code, out }).toMatchObject({ code: 0 });
    expect(json[0]).toMatchObject({
      alarms: 0,
      rates: [{}, { name: 'wrong answers', alarm: 'none', unseen: 'cheap' }],
    });
    const told = await project.sluice(['watch', 'blind.ndjson', '--expected', 'expected.json']);
    expect(told.out).toMatch(/wrong answers +0\.00 % to 10\.00 % +not known: no answer of cheap was audited/);
    const all = await project.sluice(['watch', 'log.ndjson', '--expected', 'expected.json', '--json']);
    expect(JSON.stringify(all.json)).not.toContain('unseen');
  });

  test('without a file of expectations there is nothing to compare with', async () => {
    expect(await project.sluice(['watch', 'log.ndjson'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--expected is missing'),
    });
    expect(await project.sluice(['watch', 'log.ndjson', '--expected', 'log.ndjson'])).toMatchObject({ code: 1 });
  });
});
