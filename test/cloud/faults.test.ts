import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, DeleteQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { awsCloud } from '../../lib/aws/index.ts';
import { connect, defineTier, RetryableError, type SluiceError, stream, tier } from '../../lib/index.ts';
import { deadLetterSources, listDeadLetters, redriveDeadLetters } from '../../lib/runtime/dead-letters.ts';
import { ENDPOINT, SKIPPED } from '../aws/endpoint.ts';
import { envelope } from '../aws-handler/harness.ts';
import { type Cheap, carrying, cheap, joining } from '../support/tiers.ts';
import { clientsAt } from './clients.ts';
import { answeredOnce, caught, says } from './expected.ts';
import { type FaultyCascade, faultyCascade } from './faulty.ts';
import { THROTTLED } from './refusals.ts';

const HOUR = 3_600_000;

/** A last tier that reads an object of its stream, and deletes it after the answer. */
const photographed = (extra: object = {}) =>
  defineTier({
    name: 'dear',
    input: tier<Cheap>('cheap'),
    join: { data: stream('photos', z.object({}), { objects: { photo: { deleteAfter: 'accepted' } } }), ttl: '2h' },
    output: z.object({ bytes: z.number() }),
    predict: async ({ objects }) => ({ bytes: (await objects.photo.bytes()).length }),
    ...extra,
  });
type Photographed = { default: ReturnType<typeof photographed> };
type Joining = { default: ReturnType<typeof joining> };

const entry = (cascade: FaultyCascade) => connect<Cheap>('cheap', { cloud: cascade.direct });

describe.skipIf(!ENDPOINT)(`on AWS, nothing is lost (${ENDPOINT ?? SKIPPED})`, () => {
  describe('no credentials', () => {
    const run = promisify(execFile);

    /**
     * What a process with no credentials in variables or profile files is told, by client and function. The machine's own
     * metadata service, which might have some, is not asked.
     */
    async function told(env: Readonly<Record<string, string>>) {
      const home = await mkdtemp(join(tmpdir(), 'sluice-home-'));
      onTestFinished(() => rm(home, { recursive: true }));
      const script = join(import.meta.dirname, 'fixtures', 'without-credentials.ts');
      const { stdout } = await run(process.execPath, ['--conditions=sluice-source', script], {
        env: { HOME: home, PATH: process.env.PATH, AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1', ...env },
      });
      return JSON.parse(stdout) as { errors: unknown[]; failures: unknown[] };
    }
    const allThree = (problem: string, fix: string) => [
      says('queue-failed', `sending to the queue cheap failed: ${problem}`, fix),
      says('table-failed', `reading the flow table flows failed: ${problem}`, fix),
      says('object-failed', `putting the object objects/key failed: ${problem}`, fix),
    ];

    test('and no region', async () => {
      const { errors, failures } = await told({});
      expect(errors).toMatchObject(allThree('no AWS region is set', 'Set AWS_REGION'));
      expect(failures).toEqual([{ itemIdentifier: 'm1' }]);
    });

    test('no variables, no profile', async () => {
      const { errors, failures } = await told({ AWS_REGION: 'us-east-1' });
      expect(errors).toMatchObject(allThree('AWS takes no credentials from here', 'AWS_ACCESS_KEY_ID'));
      expect(failures).toEqual([{ itemIdentifier: 'm1' }]);
    });

    test('and a metadata service that never answers', async () => {
      const silent = await listening(createServer());
      const { errors, failures } = await told({
        AWS_REGION: 'us-east-1',
        AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
      });
      expect(errors).toMatchObject(allThree('AWS takes no credentials from here', 'AWS_ACCESS_KEY_ID'));
      expect(failures).toEqual([{ itemIdentifier: 'm1' }]);
    });
  });

  test('wrong region: every port says so, and the flow waits for the right one', async () => {
    const cascade = await faultyCascade([cheap(), carrying()]);
    const { resources, direct } = cascade;
    const elsewhere = awsCloud({ ...resources, clients: clientsAt(ENDPOINT!, { region: 'eu-west-1' }) });
    const [unsent] = await connect<Cheap>('cheap', { cloud: elsewhere }).sendBatch([{ data: { n: 1 } }]);
    expect(unsent!.error).toMatchObject(says('queue-unknown', 'sending to the queue cheap failed', 'region'));
    expect(await caught(elsewhere.table.get('key'))).toMatchObject(
      says('table-failed', `reading the flow table ${resources.table} failed: it does not exist here`, 'AWS_REGION'),
    );
    expect(await caught(elsewhere.objects.put('key', new Uint8Array(1)))).toMatchObject(
      says(
        'object-failed',
        `putting the object ${resources.bucket}/key failed: it lies in another region`,
        'AWS_REGION',
      ),
    );

    await entry(cascade).send({ n: 1 }, { flowId: 'f' });
    const misplaced = cascade.redeployed({ cloud: { ...elsewhere, decisions: direct.decisions } });
    expect(await misplaced.invoke('cheap')).toEqual({ received: 1, failed: ['f'] });
    expect(cascade.records).toMatchObject([{ decision: 'retried', code: 'queue-unknown' }]);
    await cascade.drain();
    await answeredOnce(cascade, { f: { guess: 'dear 1 after cheap 1' } });
  });

  describe('endpoint down', () => {
    test('at start: each message has its error, records come back', async () => {
      const cascade = await faultyCascade([cheap(), carrying()]);
      await entry(cascade).send({ n: 1 }, { flowId: 'a' });
      await cascade.gateway.down();
      const client = connect<Cheap>('cheap', { cloud: cascade.cloud });
      const flows = [
        { data: { n: 2 }, flowId: 'b' },
        { data: { n: 3 }, flowId: 'c' },
      ];
      const sent = await client.sendBatch(flows);
      const unreachable = says(
        'queue-failed',
        'sending to the queue cheap failed: AWS cannot be reached',
        'AWS_ENDPOINT_URL',
      );
      expect(sent.map(({ error }) => error)).toMatchObject([unreachable, unreachable]);
      expect(sent.map(({ error }) => (error as SluiceError).place.flow)).toEqual(['b', 'c']);
      expect(await cascade.invoke('cheap')).toEqual({ received: 1, failed: ['a'] });
      expect(cascade.faults).toEqual([]);
      const [record] = cascade.records;
      expect(record).toMatchObject({ decision: 'retried', code: 'queue-failed', flow: 'a' });
      expect(record!.reason).toMatch(
        /^sending to the queue dear failed: AWS cannot be reached .*\n {2}→ See that [^→]+\.$/,
      );

      await cascade.gateway.heal();
      expect((await client.sendBatch(flows)).map(({ error }) => error)).toEqual([undefined, undefined]);
      await cascade.drain();
      const answer = (n: number) => ({ guess: `dear ${n} after cheap ${n}` });
      await answeredOnce(cascade, { a: answer(1), b: answer(2), c: answer(3) });
    });

    test.each(['die before', 'die after'] as const)('mid-run, at every request in turn (%s)', async (die) => {
      let died = 0;
      while (await diesAt(died + 1, die)) died += 1;
      expect(died).toBeGreaterThan(1);
    });

    /** Lets the endpoint die at the so many-th request, before or after it is done; false where there were fewer. */
    async function diesAt(request: number, die: 'die before' | 'die after'): Promise<boolean> {
      // One request a call: what the SDK tries again by itself is not the question here.
      const cascade = await faultyCascade([cheap({ sure: (n) => n }), photographed()], { attempts: 1 });
      await entry(cascade).sendBatch([
        { flowId: 'sure', data: { n: 1 } },
        { flowId: 'unsure', data: { n: 0 } },
      ]);
      const photos = connect<Photographed>('dear.photos', { cloud: cascade.direct });
      await photos.send({}, { flowId: 'unsure', objects: { photo: new Uint8Array(7) } });
      let requests = 0;
      cascade.gateway.intercept(() => {
        requests += 1;
        return requests === request ? die : undefined;
      });
      for (const queue of ['cheap', 'dear.photos', 'dear']) await cascade.invoke(queue);
      await cascade.gateway.heal();
      // A claim whose function was cut off holds until its lease is over.
      cascade.advance(HOUR / 2);
      await cascade.drain();
      expect(cascade.faults).toEqual([]);
      await answeredOnce(cascade, { sure: { guess: 'cheap 1', sure: 1 }, unsure: { bytes: 7 } });
      return requests >= request;
    }
  });

  describe('throttled', () => {
    const operations = { SendMessageBatch: 'SQS', UpdateItem: 'DynamoDB', PUT: 'S3' } as const;
    type Operation = keyof typeof operations;
    const call = (cascade: FaultyCascade, operation: Operation): Promise<unknown> => {
      const { cloud } = cascade;
      if (operation === 'UpdateItem') return cloud.table.update({ key: 'key', set: { n: 1 } });
      if (operation === 'PUT') return cloud.objects.put('key', new Uint8Array(1));
      return connect<Cheap>('cheap', { cloud }).send({ n: 1 }, { flowId: 'f' });
    };

    test.each(Object.keys(operations) as Operation[])('%s, once: the call just takes longer', async (operation) => {
      const cascade = await faultyCascade([cheap(), carrying()]);
      const seen: string[] = [];
      cascade.gateway.intercept((one) => {
        seen.push(one);
        return seen.length === 1 ? THROTTLED[operations[operation]] : undefined;
      });
      await call(cascade, operation);
      expect(seen).toEqual([operation, operation]);
    });

    test.each(Object.keys(operations) as Operation[])(
      '%s, for long: a typed error says what to do',
      async (operation) => {
        const cascade = await faultyCascade([cheap(), carrying()]);
        cascade.gateway.intercept(() => THROTTLED[operations[operation]]);
        const [code, name] = {
          SendMessageBatch: ['queue-failed', 'RequestThrottled'],
          UpdateItem: ['table-failed', 'ProvisionedThroughputExceededException'],
          PUT: ['object-failed', 'SlowDown'],
        }[operation] as [string, string];
        const error = await caught(call(cascade, operation));
        expect(error).toMatchObject(says(code, `AWS throttles \\(${name}\\)`, 'quota'));
        expect(error).toMatchObject({ retry: 'always', details: { name } });
        await cascade.gateway.heal();
        await call(cascade, operation);
      },
    );

    test('for long, a whole batch: each record is decided on before the function’s time is over', async () => {
      const cascade = await faultyCascade([cheap(), joining({ timeout: '1s' })]);
      const flows = Array.from({ length: 10 }, (_, n) => ({ flowId: `f${n}`, data: { photo: `p${n}` } }));
      const photos = connect<Joining>('dear.photos', { cloud: cascade.direct });
      await photos.sendBatch(flows);
      cascade.gateway.intercept((operation) => (operation === 'UpdateItem' ? THROTTLED.DynamoDB : undefined));
      expect((await cascade.invoke('dear.photos')).failed.length).toBe(flows.length);
      expect(cascade.faults).toEqual([]);
      expect(cascade.records.map(({ decision, code }) => `${decision} ${code}`)).toEqual(
        flows.map(() => 'retried table-failed'),
      );
      await cascade.gateway.heal();
      await entry(cascade).sendBatch(flows.map(({ flowId }, n) => ({ flowId, data: { n } })));
      await cascade.drain();
      await answeredOnce(
        cascade,
        Object.fromEntries(flows.map(({ flowId }, n) => [flowId, { guess: `p${n} after cheap ${n}` }])),
      );
    });
  });

  test('an object that S3 is too busy to give: its flow waits, whatever its tier allows', async () => {
    const cascade = await faultyCascade([cheap(), photographed({ retry: { maxAttempts: 1 } })]);
    await entry(cascade).send({ n: 1 }, { flowId: 'f' });
    const photos = connect<Photographed>('dear.photos', { cloud: cascade.direct });
    await photos.send({}, { flowId: 'f', objects: { photo: new Uint8Array(7) } });
    cascade.gateway.intercept((operation) => (operation === 'GET' ? THROTTLED.S3 : undefined));
    await cascade.invoke('cheap');
    await cascade.invoke('dear.photos');
    expect(await cascade.invoke('dear')).toEqual({ received: 1, failed: ['f'] });
    expect(cascade.records.at(-1)).toMatchObject({ decision: 'retried', code: 'object-failed' });
    await cascade.gateway.heal();
    await cascade.drain();
    await answeredOnce(cascade, { f: { bytes: 7 } });
  });

  test('a queue deleted underneath: its senders are told, and finish once it is there again', async () => {
    const cascade = await faultyCascade([cheap(), carrying()]);
    const { sqs } = clientsAt(ENDPOINT!);
    const QueueUrl = cascade.resources.queues.dear!;
    await entry(cascade).send({ n: 1 }, { flowId: 'f' });
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    expect(await cascade.invoke('cheap')).toEqual({ received: 1, failed: ['f'] });
    expect(cascade.records[0]).toMatchObject({
      decision: 'retried',
      code: 'queue-unknown',
      reason: expect.stringMatching(
        /^sending to the queue dear failed: the queue does not exist, or was deleted .*\n {2}→ Deploy/,
      ),
    });
    const [error] = await cascade.cloud.queue('dear').send([{ body: '{}' }]);
    expect(error).toMatchObject(says('queue-unknown', 'the queue does not exist, or was deleted', 'Deploy'));
    const receiving = cascade.cloud.queue('dear').receive({ max: 1, visibilityMs: 1_000, waitMs: 0 });
    expect(await caught(receiving)).toMatchObject(
      says('queue-unknown', 'receiving from the queue dear failed', 'Deploy'),
    );

    await sqs.send(new CreateQueueCommand({ QueueName: QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1) }));
    await cascade.drain();
    await answeredOnce(cascade, { f: { guess: 'dear 1 after cheap 1' } });
  });

  test('an object that vanished: a dead letter that says which, and an answer once it is there again', async () => {
    const patient = { retry: { maxAttempts: 2, backoff: '1ms' } };
    const cascade = await faultyCascade([cheap(), photographed(patient)]);
    await entry(cascade).send({ n: 1 }, { flowId: 'f' });
    const photos = connect<Photographed>('dear.photos', { cloud: cascade.direct });
    await photos.send({}, { flowId: 'f', objects: { photo: new Uint8Array(7) } });
    const photo = { bucket: cascade.resources.bucket, key: 'objects/f/photo', size: 7, sha256: '' };
    await cascade.direct.objects.delete([photo]);
    await cascade.drain();
    expect(cascade.decisions('f').slice(-2)).toEqual(['dear:retried', 'dear:failed']);
    const [letter] = await listDeadLetters(cascade.direct, deadLetterSources(cascade.graph));
    expect(letter).toMatchObject({ code: 'object-missing', flow: 'f', tier: 'dear' });
    expect(letter!.reason).toContain(`there is no object ${photo.key} in bucket ${photo.bucket}`);
    expect(letter!.reason).toContain('→ It was deleted, or never put: send the payload again.');

    await cascade.direct.objects.put(photo.key, new Uint8Array(7));
    await redriveDeadLetters(cascade.direct, deadLetterSources(cascade.graph));
    await cascade.drain();
    await answeredOnce(cascade, { f: { bytes: 7 } });
  });

  test('a table without a time to live: what is past its time counts as gone all the same', async () => {
    const cascade = await faultyCascade([cheap(), joining()]);
    const { dynamodb } = clientsAt(ENDPOINT!);
    const table = await dynamodb.send(new DescribeTimeToLiveCommand({ TableName: cascade.resources.table }));
    expect(table.TimeToLiveDescription?.TimeToLiveStatus).toBe('DISABLED');
    const photos = connect<Joining>('dear.photos', { cloud: cascade.cloud });
    const send = async (photo: string): Promise<void> => {
      await photos.send({ photo }, { flowId: 'f' });
      await cascade.drain();
    };
    await send('stale');
    cascade.advance(2 * HOUR);
    await entry(cascade).send({ n: 1 }, { flowId: 'f' });
    await cascade.drain();
    expect(cascade.decisions('f')).toEqual(['dear:parked', 'cheap:escalated', 'dear:expired', 'dear:parked']);
    await send('fresh');
    await answeredOnce(cascade, { f: { guess: 'fresh after cheap 1' } });
    // The mark of a finished flow serves its time, too, as long as a message may lie in its queue, and no longer.
    await send('late');
    expect(cascade.decisions('f').at(-1)).toBe('dear:duplicate');
    cascade.advance(97 * HOUR);
    await send('again');
    expect(cascade.decisions('f').at(-1)).toBe('dear:parked');
  });

  describe('a function deployed with another version of the graph', () => {
    test('a newer envelope waits, unchanged, in the dead letters of the older tier', async () => {
      const cascade = await faultyCascade([cheap(), carrying()]);
      const body = JSON.stringify({ ...envelope(1, { n: 1 }), v: 2, kind: 'signal' });
      await cascade.direct.queue('dear').send([{ body }]);
      expect(await cascade.invoke('dear')).toEqual({ received: 1, failed: [] });
      const [letter] = await listDeadLetters(cascade.direct, deadLetterSources(cascade.graph));
      expect(letter).toMatchObject({ code: 'envelope-version', flow: 'f1', tier: 'dear', body });
      expect(letter!.reason).toMatch(/of envelope version 2; this code reads 1 .*\n {2}→ Deploy this tier/);
      await redriveDeadLetters(cascade.direct, deadLetterSources(cascade.graph));
      const [again] = await cascade.direct.queue('dear').receive({ max: 1, visibilityMs: 1_000, waitMs: 0 });
      expect(again!.body).toBe(body);
    });

    test('a tier that does not know the queue of the next one keeps its flows', async () => {
      const cascade = await faultyCascade([cheap(), carrying()]);
      await entry(cascade).send({ n: 1 }, { flowId: 'f' });
      const { dear: _, ...queues } = cascade.resources.queues;
      const older = awsCloud({ ...cascade.resources, queues, decisions: cascade.direct.decisions });
      expect(await cascade.redeployed({ cloud: older }).invoke('cheap')).toEqual({ received: 1, failed: ['f'] });
      expect(cascade.records[0]).toMatchObject({ decision: 'retried', code: 'queue-unknown' });
      expect(cascade.records[0]!.reason).toMatch(
        /^there is no URL for this queue \(.*queue "dear"\)\n {2}→ .*Queues: cheap/,
      );
      await cascade.drain();
      await answeredOnce(cascade, { f: { guess: 'dear 1 after cheap 1' } });
    });

    test('a tier whose sender still believes that it joins says that its data is missing', async () => {
      const next = { name: 'dear', queue: 'dear', joins: true };
      const cascade = await faultyCascade([cheap(), carrying()], { config: { cheap: { next } } });
      await entry(cascade).send({ n: 1 }, { flowId: 'f' });
      await cascade.drain();
      const [letter] = await listDeadLetters(cascade.direct, deadLetterSources(cascade.graph));
      expect(letter).toMatchObject({ code: 'envelope-invalid', flow: 'f', tier: 'dear' });
      expect(letter!.reason).toMatch(/signal without data.*\n {2}→ .*send the flow again/);
      const healed = cascade.redeployed({ config: {} });
      await entry(cascade).send({ n: 1 }, { flowId: 'f' });
      await healed.drain();
      expect((await cascade.answers()).map(({ flow }) => flow)).toEqual(['f']);
    });

    test('a tier that joins now meets the signals of a sender that still carries', async () => {
      const next = { name: 'dear', queue: 'dear', joins: false };
      const cascade = await faultyCascade([cheap(), joining()], { config: { cheap: { next } } });
      await entry(cascade).send({ n: 1 }, { flowId: 'f' });
      await cascade.drain();
      expect(cascade.decisions('f')).toEqual(['cheap:escalated', 'dear:parked']);
      await connect<Joining>('dear.photos', { cloud: cascade.direct }).send({ photo: 'p' }, { flowId: 'f' });
      await cascade.drain();
      await answeredOnce(cascade, { f: { guess: 'p after cheap 1' } });
    });

    test('a signal that no longer fits is a dead letter, and an answer once the tier takes it', async () => {
      const pinned = carrying({ signal: z.object({ guess: z.string().startsWith('new') }) });
      const cascade = await faultyCascade([cheap(), carrying()]);
      await entry(cascade).send({ n: 1 }, { flowId: 'f' });
      await cascade.invoke('cheap');
      const older = cascade.redeployed({ tiers: [cheap(), pinned] });
      expect(await older.invoke('dear')).toEqual({ received: 1, failed: [] });
      const [letter] = await listDeadLetters(cascade.direct, deadLetterSources(cascade.graph));
      expect(letter).toMatchObject({ code: 'signal-invalid', flow: 'f', tier: 'dear' });
      await redriveDeadLetters(cascade.direct, deadLetterSources(cascade.graph));
      await cascade.drain();
      await answeredOnce(cascade, { f: { guess: 'dear 1 after cheap 1' } });
    });
  });

  describe('a message of 1 MiB and one byte', () => {
    const MIB = 2 ** 20;

    test('given to a queue is refused alone, before anything is sent', async () => {
      const { cloud } = await faultyCascade([cheap(), carrying()]);
      const bodies = [MIB + 1, MIB, 1].map((bytes) => ({ body: 'x'.repeat(bytes) }));
      const [tooLarge, ...others] = await cloud.queue('cheap').send(bodies);
      expect(tooLarge).toMatchObject(
        says('message-too-large', `a message of ${MIB + 1} bytes is above the ${MIB} of a queue`, 'as an object'),
      );
      expect(tooLarge).toMatchObject({ retry: 'never', place: { queue: 'cheap' } });
      expect(others).toEqual([undefined, undefined]);
      expect((await cloud.queue('cheap').depth()).ready).toBe(2);
    });

    test('sent by a client travels by reference, and is answered', async () => {
      const text = 'x'.repeat(MIB + 1);
      const input = z.object({ text: z.string() });
      const long = defineTier({ name: 'long', input, output: z.number(), predict: ({ data }) => data.text.length });
      const cascade = await faultyCascade([long]);
      await connect<{ default: typeof long }>('long', { cloud: cascade.cloud }).send({ text }, { flowId: 'f' });
      await cascade.drain();
      await answeredOnce(cascade, { f: text.length });
    });
  });

  describe.each([11, 30])('a batch of %i', (count) => {
    const flows = Array.from({ length: count }, (_, n) => ({ flowId: `f${n}`, data: { n } }));

    test('is sent in tens, and comes through whole', async () => {
      const cascade = await faultyCascade([cheap({ sure: () => 1 }), carrying()]);
      const sends: string[] = [];
      cascade.gateway.intercept((operation) => void sends.push(operation));
      const client = connect<Cheap>('cheap', { cloud: cascade.cloud });
      expect((await client.sendBatch(flows)).filter(({ error }) => error)).toEqual([]);
      expect(sends).toEqual(Array.from({ length: Math.ceil(count / 10) }, () => 'SendMessageBatch'));
      expect(await cascade.invoke('cheap', count)).toEqual({ received: count, failed: [] });
      await answeredOnce(
        cascade,
        Object.fromEntries(flows.map(({ flowId, data }) => [flowId, { guess: `cheap ${data.n}`, sure: 1 }])),
      );
    });

    test('comes back one by one: one that cannot work, one that is to be tried again, or all', async () => {
      let busy = (n: number): boolean => n === 3;
      const sure = (n: number): number => {
        if (busy(n)) throw new RetryableError('busy');
        return 1;
      };
      const cascade = await faultyCascade([cheap({ sure }), carrying()]);
      const poisoned = flows.map(({ flowId, data }) => ({ flowId, data: data.n === 5 ? { n: 'five' } : data }));
      await connect('cheap', { cloud: cascade.direct }).sendBatch(poisoned);
      expect(await cascade.invoke('cheap', count)).toEqual({ received: count, failed: ['f3'] });
      expect((await cascade.answers()).length).toBe(count - 2);
      expect(await cascade.direct.queue('cheap.dlq').depth()).toMatchObject({ ready: 1 });
      busy = () => true;
      await entry(cascade).sendBatch(flows);
      expect((await cascade.invoke('cheap', count + 1)).failed.length).toBe(count + 1);
    });
  });

  test('unknown attributes, on record, message and envelope, change nothing', async () => {
    const cascade = await faultyCascade([cheap(), carrying()]);
    const { sqs } = clientsAt(ENDPOINT!);
    const body = { ...envelope(1, { n: 1 }), priority: 9, from: { name: 'client', version: '1', language: 'no' } };
    const text = { DataType: 'String', StringValue: 'x' };
    const MessageAttributes = { sender: text, 'odd.Name-1': text };
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: cascade.resources.queues.cheap,
        MessageBody: JSON.stringify(body),
        MessageAttributes,
      }),
    );
    const extra = {
      messageAttributes: { sender: { stringValue: 'x', dataType: 'String', stringListValues: [] } },
      eventVersion: '9',
      attributes: { ApproximateReceiveCount: 'one', SequenceNumber: '1', Unknown: {} },
    };
    expect(await cascade.invoke('cheap', 10, extra)).toEqual({ received: 1, failed: [] });
    expect(await cascade.invoke('dear', 10, extra)).toEqual({ received: 1, failed: [] });
    await answeredOnce(cascade, { f1: { guess: 'dear 1 after cheap 1' } });
  });
});

async function listening(server: Server): Promise<Server> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  return server;
}
