import { afterAll, describe, expect, it } from 'vitest';
import { newProject } from './project.ts';
import { CAREFUL, QUICK, TEXTS } from './texts.ts';

const project = newProject(TEXTS);
afterAll(() => project.remove());

const codes = (json: readonly Record<string, unknown>[]): readonly string[] =>
  (json[0]!.findings as readonly { readonly code: string }[]).map(({ code }) => code);

describe('sluice doctor on a durable folder', () => {
  it('leads through the removal of a tier: not while something waits, and then the file goes', async () => {
    expect((await project.sluice(['send', 'quick', '{"text":"bad"}'])).code).toBe(0);
    const waiting = await project.sluice(['doctor']);
    expect(waiting).toMatchObject({ code: 0, out: expect.stringContaining('1 message waits and nothing runs') });

    await project.sluice(['run', '--dir', '.sluice/texts'], { input: '{"data":{"text":"long enough"}}' });
    expect(codes((await project.sluice(['doctor', '--json'])).json)).toEqual(['dead-letters']);

    project.write(
      'functions/texts/quick.ts',
      QUICK.replace('atLeast: 0.5 },', "atLeast: 0.5 },\n  exhausted: 'accept',"),
    );
    project.write(
      'functions/texts/careful.ts',
      CAREFUL.replace("name: 'careful',", "name: 'careful',\n  retired: true,"),
    );
    expect(codes((await project.sluice(['doctor', '--json'])).json)).toEqual(['dead-letters', 'retired-busy']);
    await project.sluice(['dlq', 'purge', '--yes']);
    expect(codes((await project.sluice(['doctor', '--json'])).json)).toEqual(['retired-done']);
  });

  it('says so where all is well', async () => {
    project.write('functions/texts/quick.ts', QUICK);
    project.write('functions/texts/careful.ts', CAREFUL);
    const { code, out } = await project.sluice(['doctor']);
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('healthy  texts: 2 tiers, 6 queues') });
  });
});

describe('what doctor and dlq tell to type', () => {
  const DIR = 'kept here';
  const two = newProject({ ...TEXTS, 'functions/other/quick.ts': TEXTS['functions/texts/quick.ts'] });
  const at = ['--application', 'texts', '--dir', DIR];
  afterAll(() => two.remove());
  const hinted = (text: string): readonly (readonly string[])[] =>
    [...text.matchAll(/npx sluice ((?:'[^']*'|[^;,'\n])+?)(?=[;,.\n]|$)/g)].map(([, line]) =>
      [...line!.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word),
    );

  it('works as it stands, with two applications and a folder of another name', async () => {
    await two.sluice(['run', ...at], { input: '{"flowId":"f 1","data":{"text":"bad"}}' });
    const doctor = await two.sluice(['doctor', 'texts', '--dir', DIR]);
    const missing = await two.sluice(['dlq', 'show', 'nope', ...at]);
    const unknown = await two.sluice(['dlq', 'ls', '--flow', 'nope', ...at]);
    const commands = [doctor.out, missing.err, unknown.err].flatMap(hinted);
    expect(commands.map((words) => words[0])).toEqual(['dlq', 'dlq', 'dlq', 'dlq', 'flow']);
    for (const words of commands.filter(([command]) => command !== 'flow')) {
      expect([words, await two.sluice(words)]).toEqual([words, expect.objectContaining({ code: 0, err: '' })]);
    }
    expect(commands.at(-1)).toEqual(['flow', 'nope', ...at]);
  });
});

describe('--outputs', () => {
  const outputs = JSON.stringify({ Stack: { Other: 'text', TextsCloud: '{"application":"tests","queues":{}}' } });
  const cloud = { application: 'tests', queues: {}, table: 't', bucket: 'b', versions: {} };

  it.each<[string, string | undefined, number, RegExp]>([
    ['is not there', undefined, 3, /cannot be read.*\n.*cdk deploy --outputs-file outputs\.json/],
    ['is no JSON', 'Stack:', 2, /not a file of stack outputs/],
    ['is not an object', '7', 2, /not a file of stack outputs/],
    ['names no cascade', outputs, 3, /names no deployed application "texts"\n.*cdk deploy --outputs-file/],
    ['names another', JSON.stringify({ Stack: { C: JSON.stringify(cloud) } }), 3, /Did you mean "tests"\?/],
  ])('that %s is told, with what to do', async (_, text, code, message) => {
    if (text !== undefined) project.write('outputs.json', text);
    const ran = await project.sluice(['dlq', 'ls', '--outputs', 'outputs.json']);
    expect(ran.code).toBe(code);
    expect(ran.err).toMatch(message);
  });

  it('name the application, where there is more than one in ./functions', async () => {
    project.write(
      'functions/other/quick.ts',
      QUICK.replace('atLeast: 0.5 },', "atLeast: 0.5 },\n  exhausted: 'accept',"),
    );
    const one = (application: string) => ({ C: JSON.stringify({ ...cloud, application }) });
    project.write('outputs.json', JSON.stringify({ Stack: one('texts') }));
    // It was found, and goes on to look for its queue.
    const found = await project.sluice(['send', 'quick', '{"text":"x"}', '--outputs', 'outputs.json']);
    expect(found.err).toContain('there is no URL for this queue');
    project.write('outputs.json', JSON.stringify({ One: one('texts'), Two: one('other') }));
    const both = await project.sluice(['send', 'quick', '{"text":"x"}', '--outputs', 'outputs.json']);
    expect(both).toMatchObject({ code: 2, err: expect.stringContaining('--application') });
  });

  it('and --dir exclude each other', async () => {
    const { code, err } = await project.sluice(['list', '--outputs', 'outputs.json', '--dir', '.sluice/texts']);
    expect(code).toBe(2);
    expect(err).toContain('--dir names a durable folder and --outputs a deployment');
  });
});
