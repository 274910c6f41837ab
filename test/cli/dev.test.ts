import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { isAlive, newProject, type Project } from './project.ts';
import { CAREFUL, TEXTS } from './texts.ts';

let project: Project;
afterEach(() => project.remove());

const send = (flow: string, text: string, ...more: readonly string[]): readonly string[] => [
  'send',
  'quick',
  JSON.stringify({ text }),
  '--flow',
  flow,
  '--json',
  ...more,
]; // prettier-ignore

describe('sluice dev', () => {
  it('serves what send sends, survives kill -9, and tells the story of a flow', async () => {
    project = newProject(TEXTS);
    const early = await project.sluice(send('early', 'hi'));
    expect(early.json).toMatchObject([{ flowId: 'early', entry: 'quick', running: false }]);
    expect(early.err).toContain('nothing runs on .sluice/texts now');

    const first = project.start(['dev', '--no-watch', '--json']);
    await first.until('texts runs on .sluice/texts');
    await first.until('"flowId":"early"');
    const answered = await project.sluice(send('one', 'hi', '--wait', '10s'));
    expect(answered.json).toMatchObject([{ flowId: 'one', tier: 'careful', output: { label: 'hi!' } }]);
    const second = await project.sluice(['dev', '--no-watch']);
    expect(second.code).toBe(1);
    expect(second.err).toContain('another runner (pid ');
    await first.kill('SIGKILL');

    await project.sluice(send('two', 'hello world'));
    const listed = await project.sluice(['list', '--json']);
    expect(listed.json).toMatchObject([
      [{ running: false, tiers: [{ queues: { ready: 1 } }, { queues: { ready: 0 } }] }],
    ]);
    const again = project.start(['dev', '--no-watch']);
    await again.until('texts runs on');
    expect(again.out()).toContain('λ quick');
    const dead = await project.sluice(send('dead', 'bad', '--wait', '10s'));
    expect(dead.code).toBe(4);
    expect(dead.json).toMatchObject([
      { error: { code: 'flow-not-answered', place: { flow: 'dead', tier: 'careful' } } },
    ]);
    await again.until('dead letter at careful: ');
    expect(await again.kill('SIGINT')).toBe(0);

    const one = await project.sluice(['flow', 'one']);
    expect(one.out).toMatch(
      /flow one: answered by careful[\s\S]*quick +escalated +score 0\.2 < 0\.5 {2}→ \[careful\][\s\S]*careful +accepted +score 0\.95 ≥ 0\.9/,
    );
    expect((await project.sluice(['flow', 'two', '--json'])).json).toMatchObject([
      { standing: 'answered', tier: 'quick' },
    ]);
    const story = await project.sluice(['flow', 'dead']);
    expect(story.out).toMatch(
      /dead-lettered at careful[\s\S]*retried +attempt 1\n +predict threw: no model for this, at functions\/texts\/careful\.ts:\d+ /,
    );
    expect(story.out).toContain('npx sluice dlq redrive --flow dead');
    const unknown = await project.sluice(['flow', 'nobody', '--json']);
    expect(unknown.code).toBe(3);
    expect(unknown.json).toMatchObject([{ error: { code: 'flow-not-found' } }]);
  });

  it('loads again when a file changes, and leaves nothing behind when it is killed', async () => {
    project = newProject(TEXTS);
    const runner = (): number => Number(project.read('.sluice/texts/runner.pid'));
    const dev = project.start(['dev', '--json']);
    await dev.until('texts runs on');
    const pids = [runner()];
    project.write('functions/texts/careful.ts', CAREFUL.replace("'!'", "'?'"));
    await dev.until('careful.ts changed: loading texts again');
    await dev.until('texts runs on', 2);
    expect((await project.sluice(send('changed', 'hi', '--wait'))).json).toMatchObject([{ output: { label: 'hi?' } }]);

    project.write('functions/texts/careful.ts', 'export default {');
    await dev.until('waits for its files to change');
    expect(dev.out()).toContain('"code":"file-invalid"');
    expect((await project.sluice(send('meanwhile', 'hi'))).code).toBe(0);
    project.write('functions/texts/careful.ts', CAREFUL);
    await dev.until('texts runs on', 3);
    await dev.until('"flowId":"meanwhile","tier":"careful"');

    pids.push(runner());
    expect(pids.map(isAlive)).toEqual([false, true]);
    await dev.kill('SIGKILL');
    for (let waited = 0; isAlive(pids.at(-1)!) && waited < 3_000; waited += 20) await setTimeout(20);
    expect(isAlive(pids.at(-1)!)).toBe(false);
    const next = project.start(['dev']);
    await next.until('texts runs on');
    expect(await next.kill('SIGTERM')).toBe(0);
  });

  it.each(['the process it names', 'the process that holds the folder'])('stops when told to by %s', async (which) => {
    project = newProject(TEXTS);
    const dev = project.start(['dev']);
    await dev.until('texts runs on');
    const named = /\(pid (\d+)\)/.exec(dev.err())![1];
    const ended = once(dev.process, 'exit');
    process.kill(Number(which.includes('names') ? named : project.read('.sluice/texts/runner.pid')), 'SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(dev.err()).not.toContain('died');
  });

  it('starts a process that died again, and keeps nothing with --memory', async () => {
    project = newProject({
      ...TEXTS,
      'functions/texts/careful.ts': CAREFUL.replace("throw new Error('no model for this')", 'process.exit(7)'),
    });
    const runner = (): number => Number(project.read('.sluice/texts/runner.pid'));
    const dev = project.start(['dev']);
    await dev.until('texts runs on');
    process.kill(runner(), 'SIGKILL');
    await dev.until('the process of texts died (SIGKILL); starting it again');
    await dev.until('texts runs on', 2);
    await project.sluice(send('deadly', 'bad'));
    await dev.until('the process of texts died (exit code 7); starting it again');
    await dev.until('texts runs on', 3);
    expect(await dev.kill('SIGINT')).toBe(0);
    const memory = project.start(['dev', '--memory', '--dir', '.sluice/none']);
    await memory.until('texts runs in memory');
    expect(await memory.kill('SIGINT')).toBe(0);
    expect((await project.sluice(['flow', 'x', '--dir', '.sluice/none'])).err).toContain(
      'no durable folder .sluice/none',
    );
  });
});

describe('sluice send', () => {
  it('refuses what it cannot send', async () => {
    project = newProject(TEXTS);
    const wrong: readonly (readonly [readonly string[], number, string])[] = [
      [['send', 'quik', '{}'], 2, 'Did you mean "quick"?'],
      [['send', 'careful', '{}'], 2, 'Entries: quick.'],
      [['send', 'quick', '{text}'], 2, 'the data is not JSON'],
      [['send', 'quick', '{text}'], 2, `in quotes that your shell keeps: '{"text":"…"}'`],
      [['send', 'quick', '{}', '--delay', 'soon'], 2, 'not a duration'],
      [['send', 'quick', '{}', '--delay', '1h'], 2, 'at most 15m\n  → Shorten it'],
      [['send', 'quick', '{}', '--object', 'photo'], 2, 'is not name=path'],
      [['send', 'quick', '{}', '--object', 'photo=none.png'], 3, 'none.png'],
      [['send', 'quick', '{}', '--flow', 'x'.repeat(129)], 2, '129 bytes'],
    ];
    await Promise.all(
      wrong.map(async ([args, code, message]) => {
        const ran = await project.sluice(args);
        expect([args, ran.code, ran.err]).toEqual([args, code, expect.stringContaining(message)]);
      }),
    );
    const timedOut = await project.sluice(send('alone', 'hi', '--wait', '50ms'));
    expect(timedOut.code).toBe(1);
    expect(timedOut.json).toMatchObject([
      { error: { code: 'result-timeout', fix: expect.stringMatching(/--wait 5m, or look: npx sluice flow alone$/) } },
    ]);
    const piped = await project.sluice(
      ['send', 'quick', '-', '--at', '2026-01-31T12:00:00Z', '--delay', '1m', '--fair', 'a'],
      { input: '{"text":"hi"}' },
    );
    expect(piped.code).toBe(0);
    for (const file of ['a.bin', 'b.bin']) project.write(file, file);
    const withObjects = ['--object', 'a=a.bin', '--object', 'b=b.bin', 'quick', '{}', '--delay', '1m'];
    expect((await project.sluice(['send', ...withObjects])).code).toBe(0);
    expect((await project.sluice(['list', '--json'])).json).toMatchObject([
      [{ tiers: [{ queues: { ready: 1, delayed: 2 } }, {}] }],
    ]);
  });
});
