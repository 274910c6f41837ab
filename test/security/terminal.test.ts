import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { shellText, shown } from '../../lib/cli/text.ts';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import { openCloud } from '../../lib/local/index.ts';
import { newProject } from '../cli/project.ts';
import { TEXTS } from '../cli/texts.ts';
import { byHand } from './letters.ts';

/** Clears the screen, renames the window, moves up, hides what follows; with one byte or two; and turns text around. */
const EVIL = '\u001b[2J\u001b]0;owned\u0007\u001b[1A\u009b8m\r\u202e\u0000';
const project = newProject(TEXTS);
const dir = join(project.dir, '.sluice/texts');
afterAll(() => project.remove());

beforeAll(async () => {
  await project.sluice(['run', '--dir', '.sluice/texts'], { input: '' });
  const cloud = await openCloud({ dir });
  const flow = `f${EVIL}`;
  const letter = {
    ...{ v: 1, id: `id${EVIL}`, application: 'texts', tier: 'quick', version: `v${EVIL}`, flow, queue: `quick${EVIL}` },
    ...{ code: `code${EVIL}`, reason: `why${EVIL}\nsecond line`, attempt: 1, at: 1, body: `not JSON${EVIL}` },
  };
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const bodies = [
    letter,
    { ...letter, id: 'deep', body: deep },
    { ...letter, id: 'json', body: byHand({ data: EVIL }) },
  ];
  await cloud.queue('quick.dlq').send(bodies.map((body) => ({ body: JSON.stringify(body) })));
  const record = {
    ...{ v: 1, at: 1, application: 'texts', tier: 'quick', version: 'v', flow, decision: 'failed', in: [], attempt: 1 },
    ...{ reason: letter.reason, code: letter.code, calls: { queue: 0, table: 0, object: 0 } },
  };
  await cloud.decisions.write([record as unknown as DecisionRecord]);
  await cloud.close();
});

/** Everything that a terminal would obey, but for new lines. */
const commands = (text: string): readonly string[] => text.match(/(?!\n)[\p{Cc}\p{Bidi_Control}]/gu) ?? [];

test.each([
  ['dlq ls', ['dlq', 'ls'], 'why\\u001b[2J'],
  ['dlq show', ['dlq', 'show', 'id'], 'second line'],
  ['dlq show, of a message that is JSON', ['dlq', 'show', 'json'], '\\u202e'],
  ['dlq show, of a message that nests without end', ['dlq', 'show', 'deep'], '[[[['],
  ['dlq redrive', ['dlq', 'redrive'], 'does not read the queue'],
  ['flow', ['flow', `f${EVIL.replaceAll('\u0000', '')}`], 'does not know flow'],
])('%s obeys no escape sequence that came in a message', async (_, args, text) => {
  const { out, err } = await project.sluice([...args, '--dir', '.sluice/texts']);
  expect(out + err).toContain(text);
  expect(commands(out + err)).toEqual([]);
});

test('dlq show --json has a message that nests without end as text', async () => {
  const { json } = await project.sluice(['dlq', 'show', 'deep', '--json', '--dir', '.sluice/texts']);
  expect(json).toMatchObject([{ id: 'deep', message: expect.stringMatching(/^\[{100000}\]{100000}$/) }]);
});

test('a flow id in a command to copy is one harmless argument', () => {
  expect(shellText("$(rm -rf ~)'; reboot")).toBe(`'$(rm -rf ~)'\\''; reboot'`);
  expect(shellText(`it's${EVIL}\n`)).not.toMatch(/[\p{Cc}]/u);
  expect(shellText('a\u001bb\nc')).toBe("$'a\\u001bb\\u000ac'");
});

test('what is shown keeps letters, emoji and new lines as they are', () => {
  const text = 'bare språk 日本語 👩‍🚀\nنص عربي';
  expect(shown(text)).toBe(text);
});
