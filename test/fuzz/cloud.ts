import type { DecisionRecord } from '../../lib/core/decision.ts';
import { SluiceError } from '../../lib/core/errors.ts';
import { sha256 } from '../../lib/core/identity.ts';
import type { ObjectReference } from '../../lib/core/object-reference.ts';
import { nextKeys, only, toPage } from '../../lib/core/table-list.ts';
import { applyUpdate, type Item } from '../../lib/core/table-update.ts';
import type { Cloud } from '../../lib/ports/cloud.ts';
import type { Queue } from '../../lib/ports/queue.ts';

/** A cloud that only remembers, and answers at once: as quick as a cloud can be. */
export interface FuzzCloud extends Cloud {
  /** Bodies sent since it was last forgotten, by queue. */
  readonly sent: { readonly queue: string; readonly body: string }[];
  readonly written: DecisionRecord[];
  /** Port calls since it was last forgotten. */
  calls(): number;
  /** Moves its clock on. */
  advance(ms: number): void;
  /** Puts an object at once. */
  store(key: string, bytes: Uint8Array): ObjectReference;
  /** Begins the next event: forgets what was sent and written. */
  next(): void;
  /** Forgets all that has gathered in table and object store. */
  forget(): void;
}

const BUCKET = 'objects';

/** Too many port calls for one event: something goes round in circles. */
export class Runaway extends Error {}

export function fuzzCloud(mostCalls: number): FuzzCloud {
  const sent: FuzzCloud['sent'] = [];
  const written: DecisionRecord[] = [];
  const items = new Map<string, Item>();
  const objects = new Map<string, Uint8Array>();
  const queues = new Map<string, Queue>();
  let now = Date.UTC(2026, 0, 1);
  let calls = 0;
  let ids = 0;

  const call = (): void => {
    calls += 1;
    if (calls > mostCalls) throw new Runaway(`more than ${mostCalls} port calls for one event`);
  };
  const queueOf = (name: string): Queue => ({
    name,
    async send(messages) {
      call();
      for (const { body, group } of messages) {
        requireSendable(body, group);
        sent.push({ queue: name, body });
      }
      return messages.map(() => undefined);
    },
    async hide(_, ms) {
      call();
      if (!Number.isFinite(ms) || ms < 0 || ms > 12 * 3_600_000) throw new Error(`InvalidParameterValue: ${ms}`);
    },
    receive: async () => [],
    delete: async () => undefined,
    depth: async () => ({ ready: 0, delayed: 0, inFlight: 0 }),
    purge: async () => undefined,
  });
  const store = (key: string, bytes: Uint8Array): ObjectReference => {
    objects.set(key, bytes);
    return { bucket: BUCKET, key, size: bytes.byteLength, sha256: sha256(bytes) };
  };
  return {
    sent,
    written,
    calls: () => calls,
    advance: (ms) => {
      now += ms;
    },
    store,
    next() {
      sent.length = 0;
      written.length = 0;
      calls = 0;
    },
    forget() {
      items.clear();
      objects.clear();
    },
    queue(name) {
      const queue = queues.get(name) ?? queueOf(name);
      queues.set(name, queue);
      return queue;
    },
    table: {
      async update(update) {
        call();
        const before = items.get(update.key);
        const item = applyUpdate(before, update);
        if (!item) return { applied: false, item: before };
        requireStorable(update.key, item);
        items.set(update.key, item);
        return { applied: true, item };
      },
      get: async (key) => items.get(key),
      list: async (list) =>
        toPage(nextKeys(items.keys(), list).map((key) => ({ key, item: only(items.get(key)!, list.attributes) }))),
    },
    objects: {
      bucket: BUCKET,
      async put(key, bytes) {
        call();
        if (Buffer.byteLength(key) > 1_024) throw new Error('KeyTooLongError');
        return store(key, bytes);
      },
      async get(reference) {
        call();
        const bytes = reference.bucket === BUCKET ? objects.get(reference.key) : undefined;
        if (!bytes) throw new SluiceError('object-missing', `there is no object ${reference.key}`);
        return bytes;
      },
      async delete(references) {
        call();
        for (const { key } of references) objects.delete(key);
      },
    },
    decisions: {
      async write(records) {
        call();
        // A log is text: what cannot be written must fail here as it would there.
        for (const record of records) JSON.stringify(record);
        written.push(...records);
      },
      flow: async () => [],
    },
    clock: { now: () => now, sleep: async () => undefined },
    random: { id: () => `delivery-${++ids}` },
  };
}

/** What SQS takes (API reference, SendMessage): at most 1 MiB of XML-legal text, and a group that is text. */
function requireSendable(body: string, group: unknown): void {
  if (group !== undefined && typeof group !== 'string') throw new Error(`InvalidParameterValue: ${typeof group}`);
  if (body.length > 2 ** 20 / 3 && Buffer.byteLength(body) > 2 ** 20)
    throw new Error('InvalidMessageContents: too long');
  if (!XML_LEGAL.test(body)) throw new Error('InvalidMessageContents: no XML text');
}

const XML_LEGAL = /^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u;

/** What DynamoDB takes (quotas): keys of at most 2,048 bytes, items of at most 400 KB. */
function requireStorable(key: string, item: Item): void {
  if (Buffer.byteLength(key) > 2_048) throw new Error('ValidationException: the key is too long');
  if (JSON.stringify(item).length > 400 * 1_024) throw new Error('ValidationException: the item is too large');
}
