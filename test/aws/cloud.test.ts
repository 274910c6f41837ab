import { build, type Metafile } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { awsCloud } from '../../lib/aws/cloud.ts';
import { type LineSink, stdoutDecisions } from '../../lib/aws/decisions.ts';
import { s3Key } from '../../lib/aws/objects-key.ts';
import { clientCloud } from '../../lib/aws/readable-cloud.ts';
import type { DecisionRecord } from '../../lib/core/decision.ts';

const record = (flow: string): DecisionRecord => ({
  ...{ v: 1, at: 1, application: 'photos', tier: 'small', version: '1', flow, decision: 'accepted' },
  ...{ in: [{ id: 'm', kind: 'data' }], attempt: 1, calls: { queue: 1, table: 0, object: 0 } },
});

/** The files of a bundle that are run when it is loaded. */
function loadedAtOnce({ outputs }: Metafile, entry: string): readonly string[] {
  const seen = new Set<string>();
  const visit = (name: string): readonly string[] => {
    if (seen.has(name)) return [];
    seen.add(name);
    const { inputs, imports } = outputs[name]!;
    const next = imports.filter(({ kind, external }) => kind === 'import-statement' && !external);
    return [...Object.keys(inputs), ...next.flatMap(({ path }) => visit(path))];
  };
  return visit(entry);
}

describe('the cloud on AWS', () => {
  test('refuses a misspelt option, and takes the output of a stack that says more than it knows', () => {
    const refusal = { code: 'option-unknown', fix: expect.stringContaining('Did you mean "bucket"?') };
    expect(() => clientCloud({ queues: {}, buket: 'b' } as never)).toThrow(expect.objectContaining(refusal));
    const log = { queues: {}, log: { prefx: 'p' } };
    expect(() => clientCloud(log as never)).toThrow(expect.objectContaining({ code: 'option-unknown' }));
    clientCloud({ application: 'photos', queues: {}, versions: {}, log: { prefix: 'p', more: 1 }, more: 1 } as never);
  });

  test('loads the clients of DynamoDB and S3 only when they are used', { timeout: 60_000 }, async () => {
    const { metafile } = await build({
      entryPoints: ['lib/aws/cloud.ts'],
      outdir: 'bundle',
      ...{ bundle: true, splitting: true, write: false, metafile: true },
      ...{ platform: 'node', format: 'esm', target: 'node24', logLevel: 'silent' },
    });
    const loaded = loadedAtOnce(metafile, 'bundle/cloud.js').join('\n');
    expect(loaded).toContain('@aws-sdk/client-sqs');
    expect(loaded).not.toContain('@aws-sdk/client-dynamodb');
    expect(loaded).not.toContain('@aws-sdk/client-s3');
    expect(Object.keys(metafile.inputs).join('\n')).toContain('@aws-sdk/client-dynamodb');
  });

  test('asks for nothing before its first use', () => {
    const cloud = awsCloud({ queues: { small: 'https://sqs/1/small' }, table: 't', bucket: 'b' });
    expect(cloud.objects.bucket).toBe('b');
    expect(cloud.queue('small')).toBe(cloud.queue('small'));
    expect(cloud.random.id()).not.toBe(cloud.random.id());
  });

  test('names the queue that was meant', () => {
    const cloud = awsCloud({ queues: { small: 'u', 'small.dlq': 'u' } });
    expect(() => cloud.queue('smal')).toThrow(/Did you mean "small"/);
    expect(() => cloud.queue('toString')).toThrow(/no URL/);
  });

  test('says what is not configured', async () => {
    const { table, objects } = awsCloud({ queues: {} });
    await expect(table.get('k')).rejects.toMatchObject({ code: 'option-invalid' });
    await expect(table.update({ key: 'k' })).rejects.toMatchObject({ code: 'option-invalid' });
    await expect(objects.put('k', new Uint8Array(1))).rejects.toMatchObject({ code: 'option-invalid' });
  });

  test('sleeps until its time or the abort', async () => {
    const { clock } = awsCloud({ queues: {} });
    const before = clock.now();
    await clock.sleep(30);
    expect(clock.now() - before).toBeGreaterThanOrEqual(29);
    await clock.sleep(60_000, AbortSignal.timeout(5));
    await clock.sleep(60_000, AbortSignal.abort());
  });
});

describe('decisions on standard output', () => {
  test('are one line of JSON each, and told to the listener', async () => {
    const written: string[] = [];
    const sink: LineSink = {
      write(text, done) {
        written.push(text);
        done();
      },
    };
    const heard: (string | null)[] = [];
    const onDecisions = (records: readonly DecisionRecord[]) => void heard.push(...records.map(({ flow }) => flow));
    const { decisions } = awsCloud({ queues: {}, decisions: stdoutDecisions(sink), onDecisions });
    await decisions.write([record('f1'), record('new\nline')]);
    await decisions.write([]);
    expect(written).toHaveLength(1);
    const lines = written[0]!.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { sluice: 'decision', ...record('f1') },
      { sluice: 'decision', ...record('new\nline') },
    ]);
    expect(heard).toEqual(['f1', 'new\nline']);
  });

  test('fail where the line cannot be written, and say where to look for them', async () => {
    const log = stdoutDecisions({ write: (_text, done) => done(new Error('EPIPE')) });
    await expect(log.write([record('f1')])).rejects.toThrow('EPIPE');
    await expect(log.flow('f1')).rejects.toMatchObject({
      code: 'usage',
      fix: expect.stringContaining('Logs Insights'),
    });
  });
});

describe('keys of objects', () => {
  test('stay as they are where S3 can carry them', () => {
    for (const key of ['messages/1', 'a b', 'é/🪣', 'x'.repeat(1_024), 'a..b/.hidden']) expect(s3Key(key)).toBe(key);
  });

  test('are hashed where it cannot, each to one of its own', () => {
    const odd = [
      '',
      '.',
      '..',
      '../a',
      'a/../b',
      'a//b',
      '/a',
      'a/',
      '\u0000',
      '\uffff',
      '\ud800',
      '\udc00',
      '日'.repeat(342),
    ];
    const hashed = odd.map(s3Key);
    for (const key of hashed) expect(key).toMatch(/^hashed\/[0-9a-f]{64}$/);
    expect(new Set(hashed).size).toBe(odd.length);
  });
});
