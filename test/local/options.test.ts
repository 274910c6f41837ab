import { expect, onTestFinished, test } from 'vitest';
import { type OpenCloudOptions, openCloud } from '../../lib/local/cloud.ts';
import { startEventSource } from '../../lib/local/event-source.ts';
import { open } from './helpers.ts';

test.each([
  [{ dir: ':memory:', maxByte: 1 }, 'openCloud has no option "maxByte"', 'option-unknown'],
  [{}, 'openCloud: dir is undefined and must be a folder', 'option-invalid'],
  [{ dir: '' }, 'openCloud: dir is "" and must be a folder', 'option-invalid'],
  [{ dir: ':memory:', role: 'clinet' }, 'openCloud: role is "clinet" and must be', 'option-invalid'],
  [{ dir: ':memory:', maxBytes: 0 }, 'openCloud: maxBytes is 0 and must be', 'option-invalid'],
  [{ dir: ':memory:', maxBytes: Number.NaN }, 'openCloud: maxBytes is NaN and must be', 'option-invalid'],
])('a cloud is not opened with %j', async (options, message, code) => {
  const opened = openCloud(options as OpenCloudOptions);
  await expect(opened).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
});

test.each([
  [{ windowms: 1 }, 'an event source has no option "windowms"'],
  [{ batchSize: 0 }, 'an event source: batchSize is 0 and must be'],
  [{ concurrency: 0 }, 'an event source: concurrency is 0 and must be'],
  [{ concurrency: Number.NaN }, 'an event source: concurrency is NaN and must be'],
  [{ windowMs: -1 }, 'an event source: windowMs is -1 and must be'],
  [{ visibilityMs: undefined }, 'an event source: visibilityMs is undefined and must be'],
])('an event source is not started with %j', async (wrong, message) => {
  const cloud = await open(':memory:');
  const { clock } = cloud;
  const options = { batchSize: 1, windowMs: 0, concurrency: 1, visibilityMs: 1_000, clock };
  const handler = async () => ({ failed: [] });
  const start = () => {
    const source = startEventSource({ queue: cloud.queue('small'), handler, ...options, ...(wrong as object) });
    onTestFinished(() => source.stop());
  };
  expect(start).toThrow(message);
});
