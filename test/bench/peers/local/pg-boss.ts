import { PGlite } from '@electric-sql/pglite';
import { fromPglite, type Job, PgBoss } from 'pg-boss';
import type { OpenEngine } from './engine.ts';
import { AT_LEAST, ATTEMPTS, cheap, dear, Reading, Sure } from './work.ts';

const QUEUE = { retryLimit: ATTEMPTS - 1, retryDelay: 1, deadLetter: 'dead', notify: true };
/** Fetches go on at once while batches are full; a notification wakes a worker that waits. */
const WORK = {
  batchSize: 100,
  perJobResults: true,
  pollingIntervalSeconds: 0.5,
  notifyPollingIntervalSeconds: 0.5,
  burstWhenBatchFull: true,
} as const;

/** pg-boss on the PostgreSQL that runs inside the process. */
export const openPgBoss: OpenEngine = async ({ dir, answers, onAnswer }) => {
  const boss = new PgBoss({ db: fromPglite(new PGlite(dir)), backend: 'pglite', useListenNotify: true });
  boss.on('error', (error) => console.error(error));
  await boss.start();
  await boss.createQueue('dead');
  for (const name of ['cheap', 'dear', 'answers']) await boss.createQueue(name, QUEUE);

  /** One statement for all of them, as its documentation advises for many jobs. */
  const insert = async (queue: string, readings: readonly Reading[]): Promise<void> => {
    if (readings.length > 0)
      await boss.insert(
        queue,
        readings.map((data) => ({ data })),
      );
  };
  const deliver = async (readings: readonly Reading[]): Promise<void> => {
    if (answers === 'queue') await insert('answers', readings);
    else for (const { n } of readings) onAnswer(n);
  };
  await boss.work('cheap', WORK, async (jobs: Job<Reading>[]) => {
    const { outputs, results } = workEach(jobs, (data) => Sure.parse(cheap(Reading.parse(data))));
    await deliver(outputs.filter(({ sure }) => sure >= AT_LEAST));
    await insert(
      'dear',
      outputs.filter(({ sure }) => sure < AT_LEAST),
    );
    return results;
  });
  await boss.work('dear', WORK, async (jobs: Job<Reading>[]) => {
    const { outputs, results } = workEach(jobs, (data) => Reading.parse(dear(Reading.parse(data))));
    await deliver(outputs);
    return results;
  });
  if (answers === 'queue')
    await boss.work('answers', WORK, async (jobs: Job<Reading>[]) => {
      return workEach(jobs, ({ n }) => onAnswer(n)).results;
    });

  return {
    async send(flows) {
      await insert('cheap', flows);
    },
    async deadLettered() {
      return (await boss.fetch('dead'))?.length ?? 0;
    },
  };
};

interface Worked<O> {
  readonly outputs: readonly O[];
  readonly results: { id: string; status: 'completed' | 'failed' }[];
}

/** One job that fails does not fail its batch. */
function workEach<O>(jobs: readonly Job<Reading>[], work: (data: Reading) => O): Worked<O> {
  const outputs: O[] = [];
  const results = jobs.map(({ id, data }) => {
    try {
      outputs.push(work(data));
      return { id, status: 'completed' as const };
    } catch {
      return { id, status: 'failed' as const };
    }
  });
  return { outputs, results };
}
