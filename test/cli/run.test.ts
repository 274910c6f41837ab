import { afterAll, describe, expect, it } from 'vitest';
import { newProject, type Ran } from './project.ts';
import { JOINED, QUICK, TEXTS } from './texts.ts';

const project = newProject(TEXTS);
afterAll(() => project.remove());

const lines = (...values: readonly unknown[]): string =>
  values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join('\n');
const flow = (flowId: string, text: string): object => ({ flowId, data: { text } });
const summaryOf = ({ json }: Ran): unknown => json.at(-1)?.summary;

describe('sluice run', () => {
  it.concurrent('answers every line of a file, with U+2028 in it and no newline at its end', async () => {
    const odd = 'a\u2028b and more';
    project.write('flows.ndjson', `\uFEFF${lines(flow('a', 'hello world'), '', flow('b', 'hi'), flow('c', odd))}`);
    const { code, json, err } = await project.sluice(['run', 'texts', 'flows.ndjson']);
    expect(code).toBe(0);
    const outputs = Object.fromEntries(json.map((a) => [a.flowId, [a.tier, (a.output as { label: string }).label]]));
    expect(outputs).toEqual({ a: ['quick', 'hello world'], b: ['careful', 'hi!'], c: ['quick', odd] });
    expect(err).toContain('3 lines, 3 sent: 3 flows');
  });

  it.concurrent('goes on after bad lines, and says how every flow ended', async () => {
    const input = lines(
      flow('good', 'hello world'),
      'no json',
      { text: 'no data key' },
      flow('', 'id is empty'),
      { data: { text: 'x' }, entry: 'quik' },
      { data: { text: 'x' }, flwId: 'x' },
      { data: { text: 'x' }, at: 'yesterday' },
      flow('dropped', 'spam'),
      flow('dead', 'bad'),
      { flowId: 'invalid', data: { text: 5 } },
      { flowId: 'late', data: { text: 'hello world' }, deadline: '2020-01-01T00:00:00Z' },
    );
    const ran = await project.sluice(['run', '--json'], { input });
    expect(ran.code).toBe(4);
    expect(summaryOf(ran)).toMatchObject({
      lines: 11,
      sent: 5,
      bad: 6,
      flows: 5,
      answered: 1,
      dropped: 1,
      expired: 1,
      deadLettered: 2,
      unanswered: 0,
      deadLetters: [
        { tier: 'quick', code: 'data-invalid', flow: 'invalid' },
        { tier: 'careful', code: 'predict-failed', flow: 'dead' },
      ],
    }); // prettier-ignore
    const bad = ran.json
      .filter((line) => 'line' in line)
      .map((line) => line as unknown as { line: number; error: { fix?: string } });
    expect(bad.map(({ line }) => line)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(bad[1]!.error.fix).toContain('{"data": {"text":"no data key"}}');
    expect(bad[3]!.error.fix).toContain('Did you mean "quick"?');
    expect(bad[4]!.error.fix).toContain('Did you mean "flowId"?');
  });

  it.concurrent('prints the summary on stderr and nothing but answers on stdout', async () => {
    const { code, out, err } = await project.sluice(['run'], { input: lines(flow('a', 'bad'), 'x') });
    expect(code).toBe(4);
    expect(out).toBe('');
    expect(err).toContain('line 2 is not JSON');
    expect(err).toMatch(/careful +predict-failed +1 +a/);
  });

  it.concurrent('takes more flows than it lets in flight', async () => {
    const input = lines(...Array.from({ length: 3_000 }, (_, i) => flow(`f${i}`, i % 10 === 0 ? 'hi' : 'hello world')));
    const ran = await project.sluice(['run', '--json'], { input });
    expect(ran.code).toBe(0);
    expect(summaryOf(ran)).toMatchObject({ flows: 3_000, answered: 3_000, tiers: { careful: { accepted: 300 } } });
  });

  it.concurrent('ends when its reader does', async () => {
    const running = project.start(['run']);
    running.process.stdout!.destroy();
    running.process.stdin!.on('error', () => undefined);
    const input = lines(...Array.from({ length: 2_000 }, () => ({ data: { text: 'hello world' } })));
    running.process.stdin!.end(input);
    const code = await new Promise((resolve) => running.process.on('exit', resolve));
    expect(code).toBe(0);
    expect(running.err()).not.toContain('Warning');
  });

  it.concurrent('is interrupted while its input says nothing', async () => {
    const running = project.start(['run', '--json']);
    running.process.stdin!.write(`${lines(flow('a', 'hello world'))}\n`);
    await running.until('"flowId":"a"');
    expect(await running.kill('SIGINT')).toBe(130);
    expect(running.out()).toContain('"answered":1');
  });

  it.concurrent('names what it cannot find', async () => {
    expect((await project.sluice(['run', 'missing.ndjson'])).code).toBe(3);
    expect((await project.sluice(['run', 'texts', 'missing.ndjson'])).code).toBe(3);
    const entry = await project.sluice(['run', '--entry', 'carefull', '--json'], { input: '' });
    expect(entry.code).toBe(2);
    expect(entry.json).toMatchObject([{ error: { fix: 'Entries: quick.' } }]);
  });

  it.concurrent('keeps a durable run in its folder', async () => {
    const ran = await project.sluice(['run', '--dir', '.sluice/kept'], { input: lines(flow('k1', 'hi')) });
    expect(ran.code).toBe(0);
    expect((await project.sluice(['flow', 'k1', '--dir', '.sluice/kept'])).out).toContain('answered by careful');
  });
});

describe('sluice run with a join', () => {
  it('takes both streams, with objects from files and from the line', async () => {
    const joined = newProject({
      'functions/pages/quick.ts': QUICK,
      'functions/pages/joined.ts': JOINED,
      'data/scan.txt': 'scanned',
    });
    const page = (flowId: string, scan: unknown): object => ({
      flowId,
      entry: 'joined.pages',
      data: { page: 7 },
      objects: { scan },
    });
    joined.write(
      'data/flows.ndjson',
      lines(
        flow('file', 'hi'),
        page('file', 'scan.txt'),
        page('inline', { base64: Buffer.from('inline').toString('base64') }),
        flow('inline', 'ho'),
        flow('sure', 'hello world'),
        page('sure', 'scan.txt'),
        flow('alone', 'hm'),
        page('nothing', 'missing.txt'),
      ),
    );
    const ran = await joined.sluice(['run', 'data/flows.ndjson', '--json']);
    expect(ran.code).toBe(4);
    const labels = ran.json
      .flatMap((line) => ('output' in line ? [(line.output as { label: string }).label] : []))
      .sort();
    expect(labels).toEqual(['hello world', 'hi 7 scanned', 'ho 7 inline']);
    // The page of a flow that was answered without it is no flow of its own.
    expect(summaryOf(ran)).toMatchObject({ flows: 4, answered: 3, unanswered: 1, unansweredFlows: ['alone'], bad: 1 });
    const { err } = await joined.sluice(['run'], { input: lines(flow('alone', 'hm')) });
    expect(err).toMatch(/Unanswered: alone\n {2}→ .*both halves/);
    await joined.remove();
  });
});
