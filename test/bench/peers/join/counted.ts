import type { LocalCloud } from '../../../../lib/local/index.ts';
import type { Queue } from '../../../../lib/ports/queue.ts';

/** What went through a cloud's queues and table. */
export interface Traffic {
  /** Messages received, every time they were. */
  deliveries: number;
  /** Table reads and writes. */
  tableCalls: number;
  /** Bodies sent and received, items written and read. */
  bytes: number;
}

/** The same cloud, its traffic counted. */
export function countTraffic(cloud: LocalCloud): { readonly cloud: LocalCloud; readonly traffic: Traffic } {
  const traffic: Traffic = { deliveries: 0, tableCalls: 0, bytes: 0 };
  const moved = (value: unknown): void => {
    if (value !== undefined) traffic.bytes += JSON.stringify(value).length;
  };
  const counted = (queue: Queue): Queue => ({
    ...queue,
    send(messages) {
      for (const { body } of messages) traffic.bytes += body.length;
      return queue.send(messages);
    },
    async receive(options) {
      const messages = await queue.receive(options);
      traffic.deliveries += messages.length;
      for (const { body } of messages) traffic.bytes += body.length;
      return messages;
    },
  });
  const { table } = cloud;
  return {
    traffic,
    cloud: {
      ...cloud,
      queue: (name) => counted(cloud.queue(name)),
      table: {
        ...table,
        async update(update) {
          traffic.tableCalls += 1;
          moved(update.set);
          const result = await table.update(update);
          moved(result.item);
          return result;
        },
        async get(key) {
          traffic.tableCalls += 1;
          const item = await table.get(key);
          moved(item);
          return item;
        },
      },
    },
  };
}
