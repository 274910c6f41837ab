import { randomUUID } from 'node:crypto';
import { isSluiceError } from '../../lib/core/errors.ts';
import { EXPIRES_AT } from '../../lib/core/table-update.ts';
import type { FlowTable } from '../../lib/ports/flow-table.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import type { Queue } from '../../lib/ports/queue.ts';

/** Ways in which a queue breaks its contract. */
export const QUEUES: Readonly<Record<string, (queue: Queue) => Partial<Queue>>> = {
  'sends the first ten only': (q) => ({
    send: async (m) => [...(await q.send(m.slice(0, 10))), ...m.slice(10).map(() => undefined)],
  }),
  'sends each message twice': (q) => ({
    async send(m) {
      await q.send(m);
      return q.send(m);
    },
  }),
  'changes bodies': (q) => ({
    send: (m) => q.send(m.map((one) => ({ ...one, body: one.body.normalize('NFC').trim() }))),
  }),
  'cuts long bodies': (q) => ({ send: (m) => q.send(m.map((one) => ({ ...one, body: one.body.slice(0, 262_144) }))) }),
  'forgets delays': (q) => ({ send: (m) => q.send(m.map(({ body }) => ({ body }))) }),
  'throws for the whole call': (q) => ({
    async send(m) {
      const outcome = await q.send(m);
      for (const error of outcome) if (error) throw error;
      return outcome;
    },
  }),
  'never hides': (q) => ({ receive: (o) => q.receive({ ...o, visibilityMs: 0 }) }),
  'hides for ever': (q) => ({ receive: (o) => q.receive({ ...o, visibilityMs: 43_200_000 }) }),
  'counts no receives': (q) => ({ receive: async (o) => (await q.receive(o)).map((m) => ({ ...m, receives: 1 })) }),
  'renames messages': (q) => ({ receive: async (o) => (await q.receive(o)).map((m) => ({ ...m, id: randomUUID() })) }),
  'has one id': (q) => ({ receive: async (o) => (await q.receive(o)).map((m) => ({ ...m, id: 'x' })) }),
  'does not delete': () => ({ delete: async () => undefined }),
  'does not change visibility': () => ({ hide: async () => undefined }),
  'refuses stale receipts': (q) => ({
    async delete(r) {
      if (r.includes('nonsense')) throw new Error('ReceiptHandleIsInvalid');
      await q.delete(r);
    },
  }),
  'counts nothing': () => ({ depth: async () => ({ ready: 0, delayed: 0, inFlight: 0 }) }),
  'does not purge': () => ({ purge: async () => undefined }),
  'does not wait': (q) => ({ receive: (o) => q.receive({ ...o, waitMs: 0 }) }),
  'ignores aborts': (q) => ({ receive: ({ max, visibilityMs, waitMs }) => q.receive({ max, visibilityMs, waitMs }) }),
  'refuses odd groups': (q) => ({
    send: (m) => q.send(m.map((one) => (/[^\x21-\x7e]/.test(one.group ?? '') ? { body: '', delayMs: 1e9 } : one))),
  }),
  'refuses long delays': (q) => ({
    send: (m) => q.send(m.map((one) => ({ ...one, delayMs: 2 * (one.delayMs ?? 0) }))),
  }),
  'takes all groups for one': (q) => ({
    send: (m) => q.send(m.map((one) => (one.group === undefined ? one : { ...one, group: 'tenant-1' }))),
  }),
  'counts receives by body': (q) => {
    const counts = new Map<string, number>();
    return {
      async receive(o) {
        const messages = await q.receive(o);
        for (const { body } of messages) counts.set(body, (counts.get(body) ?? 0) + 1);
        return messages.map((m) => ({ ...m, receives: counts.get(m.body)! }));
      },
    };
  },
  'deletes whole batches': (q) => {
    let batch: readonly string[] = [];
    return {
      async receive(o) {
        const messages = await q.receive(o);
        batch = messages.map(({ receipt }) => receipt);
        return messages;
      },
      delete: (receipts) => q.delete([...receipts, ...batch]),
    };
  },
  'keeps part of what it refuses': (q) => ({
    async send(m) {
      const outcome = await q.send(m);
      await q.send(m.filter((_, i) => outcome[i]).map(({ body }) => ({ body: body.slice(0, 100) })));
      return outcome;
    },
  }),
  'finds nothing where it was deleted': (q) => ({ receive: (o) => q.receive(o).catch(() => []) }),
  'sends to nobody where it was deleted': (q) => ({
    send: async (m) => (await q.send(m)).map((error) => (isSluiceError(error, 'queue-unknown') ? undefined : error)),
  }),
  'drops messages of other programs': (q) => ({
    receive: async (o) => (await q.receive(o)).filter(({ body }) => !body.includes('another program')),
  }),
  'refuses no messages': (q) => ({
    async send(m) {
      if (m.length === 0) throw new Error('EmptyBatchRequest');
      return q.send(m);
    },
  }),
};

/** Ways in which a table does. */
export const TABLES: Readonly<Record<string, (table: FlowTable) => Partial<FlowTable>>> = {
  'ignores set': (t) => ({ update: ({ set: _, ...u }) => t.update(u) }),
  'ignores if absent': (t) => ({ update: ({ setIfAbsent: _, ...u }) => t.update(u) }),
  'sets what is there': (t) => ({ update: (u) => t.update({ ...u, set: { ...u.setIfAbsent, ...u.set } }) }),
  'ignores add': (t) => ({ update: ({ add: _, ...u }) => t.update(u) }),
  'ignores remove': (t) => ({ update: ({ remove: _, ...u }) => t.update(u) }),
  'ignores conditions': (t) => ({ update: ({ when: _, ...u }) => t.update(u) }),
  'takes any for all': (t) => ({
    update: (u) => t.update({ ...u, when: u.when?.flatMap((c) => ('any' in c ? c.any : [c])) ?? [] }),
  }),
  'asks for one condition': (t) => ({ update: (u) => t.update({ ...u, when: u.when?.slice(0, 1) ?? [] }) }),
  'compares texts': (t) => ({
    update: (u) =>
      t.update({ ...u, when: u.when?.map((c) => ('value' in c ? { ...c, value: String(c.value) } : c)) ?? [] }),
  }),
  'takes <= for <': (t) => ({
    update: (u) =>
      t.update({
        ...u,
        when: u.when?.map((c) => ('value' in c && c.is === '<' ? { ...c, is: '<=' as const } : c)) ?? [],
      }),
  }),
  'returns the item before': (t) => ({
    async update(u) {
      const item = await t.get(u.key);
      const { applied } = await t.update(u);
      return applied ? { applied, item: item ?? {} } : { applied, item };
    },
  }),
  'does not return the item in the way': (t) => ({
    async update(u) {
      const result = await t.update(u);
      return result.applied ? result : { applied: false, item: undefined };
    },
  }),
  'reads before it writes': (t) => ({
    async update(u) {
      const before = (await t.get(u.key)) ?? {};
      if (u.when?.some((c) => 'is' in c && c.is === 'absent' && c.attribute in before))
        return { applied: false, item: before };
      await new Promise((resolve) => setTimeout(resolve, 1));
      return t.update({ ...u, when: [] });
    },
  }),
  'keeps no item that is empty': (t) => ({
    async get(key) {
      const item = await t.get(key);
      return item && Object.keys(item).length > 0 ? item : undefined;
    },
  }),
  'loses empty texts': (t) => ({
    async get(key) {
      const item = await t.get(key);
      return item && Object.fromEntries(Object.entries(item).filter(([, value]) => value !== ''));
    },
  }),
  'knows one key only': (t) => ({ update: (u) => t.update({ ...u, key: 'x' }), get: () => t.get('x') }),
  'cuts keys': (t) => ({
    update: (u) => t.update({ ...u, key: u.key.slice(0, 60) }),
    get: (k) => t.get(k.slice(0, 60)),
  }),
  'forgets when items expire': (t) => ({
    update: ({ set: { [EXPIRES_AT]: _, ...set } = {}, ...u }) => t.update({ ...u, set }),
  }),
  'takes everything for alive': (t) => ({
    update: (u) =>
      t.update({
        ...u,
        when: u.when?.filter((c) => !('value' in c) || c.attribute !== EXPIRES_AT || c.is !== '>') ?? [],
      }),
  }),
  'rounds times up': (t) => ({
    update: (u) =>
      t.update({
        ...u,
        when:
          u.when?.map((c) =>
            'value' in c && c.attribute === EXPIRES_AT ? { ...c, value: Math.ceil(Number(c.value)) } : c,
          ) ?? [],
      }),
  }),
  'drops attributes it does not know': (t) => ({
    update: (u) => t.update({ ...u, remove: [...(u.remove ?? []), 'foreign'] }),
  }),
  'lists all items': (t) => ({ list: (l) => t.list({ ...l, prefix: '' }) }),
  'lists whole items': (t) => ({
    async list(l) {
      const page = await t.list(l);
      const whole = async (key: string) => ({ key, item: (await t.get(key)) ?? {} });
      return { ...page, items: await Promise.all(page.items.map(({ key }) => whole(key))) };
    },
  }),
  'lists what it knew some writes ago': (t) => {
    const late: string[] = [];
    return {
      async update(u) {
        late.push(u.key);
        return t.update(u);
      },
      async list(l) {
        const page = await t.list(l);
        return { ...page, items: page.items.filter(({ key }) => !late.slice(-1).includes(key)) };
      },
    };
  },
  'lists one page': (t) => ({
    async list(l) {
      const { items } = await t.list(l);
      return { items };
    },
  }),
  'lists all on one page': (t) => ({
    async list(l) {
      const all = [];
      for (let after = l.after; ; ) {
        const { items, next } = await t.list({ ...l, ...(after !== undefined && { after }) });
        all.push(...items);
        if (next === undefined) return { items: all };
        after = next;
      }
    },
  }),
  'invents items': (t) => ({ get: async (key) => (await t.get(key)) ?? {} }),
};

const sizes = new Map<string, number>();

/** Ways in which an object store does. */
export const OBJECTS: Readonly<Record<string, (objects: ObjectStore) => Partial<ObjectStore>>> = {
  'refuses empty objects': (o) => ({
    put: (k, b, x) => (b.length ? o.put(k, b, x) : Promise.reject(new Error('empty'))),
  }),
  'cuts large objects': (o) => ({ put: (k, b, x) => o.put(k, b.subarray(0, 1_000_000), x) }),
  'changes bytes': (o) => ({ get: async (r) => new TextEncoder().encode(new TextDecoder().decode(await o.get(r))) }),
  'reads past what a reference promises': (o) => ({
    get: async (r) => {
      const whole = sizes.get(r.key);
      return o.get(whole === undefined ? r : { ...r, size: whole });
    },
    put: async (k, b, x) => {
      sizes.set(k, b.byteLength);
      return o.put(k, b, x);
    },
  }),
  'forgets content types': (o) => ({ put: (k, b) => o.put(k, b) }),
  'resolves keys as paths': (o) => {
    const plain = (key: string): string => new URL(`http://h/${key.replaceAll('//', '/')}`).pathname.slice(1);
    return {
      put: async (k, b, x) => ({ ...(await o.put(plain(k), b, x)), key: k }),
      get: (r) => o.get({ ...r, key: plain(r.key) }),
      delete: (rs) => o.delete(rs.map((r) => ({ ...r, key: plain(r.key) }))),
    };
  },
  'keeps what was first': (o) => {
    const seen = new Set<string>();
    return {
      async put(key, b, x) {
        const reference = await o.put(seen.has(key) ? `${key}-again` : key, b, x);
        seen.add(key);
        return { ...reference, key };
      },
    };
  },
  'returns what it once fetched': (o) => {
    const fetched = new Map<string, Uint8Array>();
    return {
      async get(r) {
        const bytes = fetched.get(r.key) ?? (await o.get(r));
        fetched.set(r.key, bytes.slice());
        return bytes.slice();
      },
    };
  },
  'does not delete': () => ({ delete: async () => undefined }),
  'deletes in every bucket': (o) => ({ delete: (rs) => o.delete(rs.map((r) => ({ ...r, bucket: o.bucket }))) }),
  'reads every bucket': (o) => ({ get: (r) => o.get({ ...r, bucket: o.bucket }).catch(() => new Uint8Array(0)) }),
  'fails where nothing is to be deleted': (o) => ({
    delete: (rs) => Promise.all(rs.map((r) => o.get(r))).then(() => o.delete(rs)),
  }),
  'shares memory': (o) => {
    const stored = new Map<string, Uint8Array>();
    return {
      put(key, b, x) {
        stored.set(key, b);
        return o.put(key, b, x);
      },
      async get(r) {
        await o.get(r);
        return stored.get(r.key)!;
      },
    };
  },
  'writes in halves': (o) => ({
    async put(k, b, x) {
      await o.put(k, b.subarray(0, b.length / 2), x);
      await new Promise((resolve) => setTimeout(resolve, 1));
      return o.put(k, b, x);
    },
  }),
};
