import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { stdoutDecisions } from '../../lib/aws/decisions.ts';
import { storyOf, storyText } from '../../lib/cli/dlq-story.ts';
import type { DeadLetter } from '../../lib/core/dead-letter.ts';
import type { DecisionRecord } from '../../lib/core/decision.ts';

const letter: DeadLetter = {
  ...{ v: 1, id: 'l', application: 'texts', tier: 'quick', version: 'v', flow: "it's f", queue: 'quick' },
  ...{ code: 'terminal', reason: 'why', attempt: 1, at: 1, body: '{}' },
};
const failed: DecisionRecord = {
  ...{ v: 1, at: 1, application: 'texts', tier: 'quick', version: 'v', flow: "it's f", decision: 'failed', in: [] },
  ...{ reason: 'why', code: 'terminal', attempt: 1, calls: { queue: 1, table: 0, object: 0 } },
};
const told = async (decisions: Parameters<typeof storyOf>[0]['decisions'], of = letter): Promise<string> =>
  stripVTControlCharacters(storyText(of, await storyOf({ decisions }, of), ' --application texts'));
const log = (records: readonly DecisionRecord[]) => ({ write: async () => undefined, flow: async () => records });

test('of a deployed cascade says where the story is kept, and how to redrive', async () => {
  const text = await told(stdoutDecisions({ write: () => undefined }));
  expect(text).toMatch(/Its story is not told here: .*CloudWatch[\s\S]*Logs Insights: filter .*it's f/);
  expect(text).toContain("npx sluice dlq redrive --flow 'it'\\''s f' --application texts");
});

test('is the one of `sluice flow` where the log can be read', async () => {
  expect(await told(log([failed]))).toMatch(/^flow it's f: dead-lettered at quick\n[\s\S]*why[\s\S]*redrive it: /);
});

test('says so where the log does not know the flow, and where the message names none', async () => {
  expect(await told(log([]))).toMatch(/^The decision log does not know its flow\.\n\nRedrive it: /);
  expect(await told(log([]), { ...letter, flow: null })).toBe(
    'It names no flow, so there is no story to tell.\n\nRedrive it: npx sluice dlq redrive --id l --application texts\n' +
      'or delete it for good: npx sluice dlq purge --id l --application texts',
  );
});

test('a log that fails is an error, not a missing story', async () => {
  const decisions = { ...log([]), flow: () => Promise.reject(new TypeError('no')) };
  await expect(storyOf({ decisions }, letter)).rejects.toThrow('no');
});
