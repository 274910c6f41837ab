import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { OpenEngine } from './engine.ts';
import { startRedis } from './redis.ts';
import { AT_LEAST, ATTEMPTS, cheap, dear, Reading, Sure } from './work.ts';

const JOB = { attempts: ATTEMPTS, backoff: { type: 'exponential', delay: 1_000 }, removeOnComplete: true } as const;
const CONCURRENCY = 100;

/** BullMQ on a Redis server of its own; jobs that were given up stay in its failed set, which is its dead letters. */
export const openBullmq: OpenEngine = async ({ dir, answers, onAnswer }) => {
  const connection = { host: '127.0.0.1', port: await startRedis(dir) };
  const server = new Redis(connection);
  const queue = (name: string) => new Queue<Reading>(name, { connection, defaultJobOptions: JOB });
  const worker = (name: string, work: (data: Reading) => Promise<unknown>) =>
    new Worker<Reading>(name, ({ data }) => work(data), { connection, concurrency: CONCURRENCY });
  const [first, second, answered] = [queue('cheap'), queue('dear'), queue('answers')];
  const deliver = async ({ n }: Reading): Promise<void> => {
    if (answers === 'queue') await answered.add('answer', { n });
    else onAnswer(n);
  };
  const workers = [
    worker('cheap', async (data) => {
      const output = Sure.parse(cheap(Reading.parse(data)));
      if (output.sure >= AT_LEAST) await deliver(output);
      else await second.add('flow', { n: output.n });
    }),
    worker('dear', async (data) => deliver(Reading.parse(dear(Reading.parse(data))))),
    worker('answers', async ({ n }) => onAnswer(n)),
  ];
  await Promise.all([...workers, first, second, answered].map((part) => part.waitUntilReady()));
  return {
    async send(flows) {
      await first.addBulk(flows.map((data) => ({ name: 'flow', data })));
    },
    deadLettered: () => first.getFailedCount(),
    async cpuElsewhere() {
      const used = (await server.info('cpu')).matchAll(/^used_cpu_(?:sys|user):([\d.]+)/gm);
      return [...used].reduce((sum, [, seconds]) => sum + 1e6 * Number(seconds), 0);
    },
  };
};
