import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { deliveredDecisions } from '../../lib/aws/delivery.ts';
import { type FirehoseClient, firehoseClient } from '../../lib/aws/firehose-client.ts';
import { MOST_PACKED, packed } from '../../lib/aws/pack.ts';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import { anyRecord, linesOf, verdictRecord } from '../decision-log/logs.ts';

const lines = (pieces: readonly Buffer[]): string => Buffer.concat(pieces.map((piece) => gunzipSync(piece))).toString();

/** A delivery stream that refuses what it is told to. */
function stub(refuse: (call: number, place: number) => boolean = () => false) {
  const taken = new Map<string, Buffer[]>();
  let calls = 0;
  const client: FirehoseClient = {
    async put(stream, records) {
      calls += 1;
      const refused = [...records.keys()].filter((place) => refuse(calls, place));
      const own = records.filter((_, place) => !refused.includes(place));
      taken.set(stream, [...(taken.get(stream) ?? []), ...own]);
      return refused;
    },
  };
  return { client, taken, calls: () => calls };
}

describe('delivering decisions', () => {
  test('sends all records of a write in one piece, to the stream of their tier', async () => {
    const { client, taken, calls } = stub();
    const log = deliveredDecisions({ streams: { thumb: 'a', small: 'b' }, client });
    const records = Array.from({ length: 10 }, (_, i) => verdictRecord({ flow: `f-${i}` }));
    await log.write(records);
    expect([calls(), taken.get('a')!.length]).toEqual([1, 1]);
    expect(lines(taken.get('a')!)).toBe(linesOf(records));
    await log.write([verdictRecord({ tier: 'small' }), verdictRecord()]);
    expect(lines(taken.get('b')!)).toBe(linesOf([verdictRecord({ tier: 'small' })]));
    expect(calls()).toBe(3);
  });

  test('sends again what was not taken, and no more than that', async () => {
    const { client, taken } = stub((call, place) => call === 1 && place === 0);
    const noise = (i: number): string => createHash('shake256', { outputLength: 60_000 }).update(`${i}`).digest('hex');
    const records = Array.from({ length: 40 }, (_, i) => verdictRecord({ flow: `f-${i}`, data: noise(i) }));
    expect(packed(records).length).toBeGreaterThan(1);
    const log = deliveredDecisions({ streams: { thumb: 'a' }, client });
    await log.write(records);
    const all = lines(taken.get('a')!).split('\n').filter(Boolean);
    expect(all.map((line) => (JSON.parse(line) as DecisionRecord).flow).sort()).toEqual(
      records.map(({ flow }) => flow).sort(),
    );
  });

  test('fails where a stream takes nothing or none is named, so that the flows come back', async () => {
    const { client } = stub(() => true);
    const log = deliveredDecisions({ streams: { thumb: 'a' }, client });
    await expect(log.write([verdictRecord()])).rejects.toMatchObject({ code: 'log-failed', retry: 'always' });
    const unknown = log.write([verdictRecord({ tier: 'new' })]);
    await expect(unknown).rejects.toMatchObject({ code: 'log-failed', place: { tier: 'new' } });
    const elsewhere = stub();
    await deliveredDecisions({ streams: { thumb: 'a' }, otherwise: 'a', client: elsewhere.client }).write([
      verdictRecord({ tier: 'old' }),
    ]);
    expect(lines(elsewhere.taken.get('a')!)).toBe(linesOf([verdictRecord({ tier: 'old' })]));
    const gone: FirehoseClient = { put: async () => Promise.reject(new Error('ECONNRESET')) };
    const broken = deliveredDecisions({ streams: { thumb: 'a' }, client: gone }).write([verdictRecord()]);
    await expect(broken).rejects.toMatchObject({ code: 'log-failed', retry: 'always' });
  });
});

describe('packing decisions', () => {
  test('keeps every record, in order, in pieces that are small enough', () => {
    fc.assert(
      fc.property(
        fc.array(anyRecord, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 600, max: 3_000 }),
        (records, most) => {
          const pieces = packed(records, most);
          const whole = records.every((record) => gzipSync(linesOf([record])).length <= most);
          if (pieces.length > 1)
            expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(Math.max(most, 1_500));
          const written = lines(pieces).trimEnd().split('\n');
          expect(written).toHaveLength(records.length);
          if (whole && pieces.length === 1) expect(written.join('\n')).toBe(linesOf(records).trimEnd());
        },
      ),
    );
  });

  test('leaves the payloads of a record out that is too large even alone, and says so', () => {
    const data = Array.from({ length: 400_000 }, (_, i) => Math.sin(i));
    const record = verdictRecord({ data, output: { label: 'cat' } });
    const [piece] = packed([record]);
    expect(piece!.length).toBeLessThan(MOST_PACKED);
    const { data: _, output: __, ...rest } = record;
    expect(JSON.parse(lines([piece!]))).toEqual({ ...rest, omitted: ['data', 'output'] });
  });
});

describe('the call of Firehose', () => {
  const env = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's', AWS_REGION: 'us-east-1', AWS_SESSION_TOKEN: 't' };

  /** A server that answers with each of these in turn, and the last for ever. */
  async function serving(...answers: readonly (readonly [status: number, body: string])[]) {
    const requests: { readonly target: unknown; readonly body: string }[] = [];
    const headers: IncomingHttpHeaders[] = [];
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        headers.push(request.headers);
        const [status, body] = answers[Math.min(requests.length, answers.length - 1)]!;
        requests.push({ target: request.headers['x-amz-target'], body: Buffer.concat(parts).toString() });
        response.writeHead(status).end(body);
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    process.env.AWS_ENDPOINT_URL_FIREHOSE = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    onTestFinished(() => {
      delete process.env.AWS_ENDPOINT_URL_FIREHOSE;
      server.closeAllConnections();
      server.close();
    });
    return { client: firehoseClient(env), requests, headers };
  }
  const taken = [
    200,
    '{"FailedPutCount":1,"RequestResponses":[{"RecordId":"1"},{"ErrorCode":"ServiceUnavailableException"}]}',
  ] as const;

  test('says which records were not taken', async () => {
    const { client, requests } = await serving(taken);
    expect(await client.put('stream', [Buffer.from('a'), Buffer.from('b')])).toEqual([1]);
    expect(requests).toEqual([
      {
        target: 'Firehose_20150804.PutRecordBatch',
        body: '{"DeliveryStreamName":"stream","Records":[{"Data":"YQ=="},{"Data":"Yg=="}]}',
      },
    ]);
  });

  test('is signed as the function that it runs in', async () => {
    const { client, headers } = await serving(taken);
    await client.put('stream', []);
    const [{ authorization, ...others }] = headers as [IncomingHttpHeaders];
    expect(authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=a\/\d{8}\/us-east-1\/firehose\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=[0-9a-f]{64}$/,
    );
    expect(others).toMatchObject({ 'x-amz-security-token': 't', 'content-type': 'application/x-amz-json-1.1' });
  });

  test('is tried again where the service cannot, and not where the request is wrong', async () => {
    const busy = [503, '{"__type":"ServiceUnavailableException","message":"slow down"}'] as const;
    const { client, requests } = await serving(busy, busy, taken);
    expect(await client.put('stream', [Buffer.from('a')])).toEqual([1]);
    expect(requests).toHaveLength(3);
    const wrong = await serving([
      400,
      '{"__type":"com.amazonaws#ResourceNotFoundException","message":"no such stream"}',
    ]);
    await expect(wrong.client.put('stream', [])).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'no such stream',
    });
    expect(wrong.requests).toHaveLength(1);
  });

  test('gives up after three tries', async () => {
    const { client, requests } = await serving([500, '<html>']);
    await expect(client.put('stream', [])).rejects.toMatchObject({ name: 'HTTP 500' });
    expect(requests).toHaveLength(3);
  });
});
