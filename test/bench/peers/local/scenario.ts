import { apart } from '../common/apart.ts';
import { atLeast, type Goal, type Table } from '../common/document.ts';
import { inRounds, type Rounds } from '../common/rounds.ts';
import type { Effort, Found } from '../common/scenario.ts';
import { median, range } from '../common/statistics.ts';
import { IN_FLIGHT, type LocalFigures, OFFERED } from './measure.ts';
import { findRedis } from './redis.ts';

/** One engine as it is run: by the arguments of `run.ts`. */
interface Contender {
  readonly engine: string;
  readonly mode: 'memory' | 'durable';
  readonly answers: 'queue' | 'handler';
}

const nameOf = ({ engine, mode, answers }: Contender): string => [engine, mode, answers].join('/');

/** Two stages on one machine: flows a second, and how long a flow takes under a load that all can carry. */
export async function localScenario({ quick, progress }: Effort): Promise<Found> {
  const redis = findRedis() !== undefined;
  const peers = ['pg-boss on PGlite', ...(redis ? ['BullMQ on Redis'] : [])];
  const contenders = [
    ...['sluice', ...peers].flatMap((engine) => [
      { engine, mode: 'memory', answers: 'queue' } as const,
      { engine, mode: 'durable', answers: 'queue' } as const,
    ]),
    ...peers.map((engine) => ({ engine, mode: 'memory', answers: 'handler' }) as const),
  ];
  const script = new URL('./run.ts', import.meta.url);
  const found = await inRounds(contenders.map(nameOf), quick ? 1 : 3, (name, round) => {
    progress(`${name.replaceAll('/', ', ')}, round ${round + 1}`);
    return apart<LocalFigures>(script, [...name.split('/'), quick ? '1' : '2']);
  });
  const among = (mode: Contender['mode'], answers: Contender['answers']) =>
    contenders.filter((of) => of.mode === mode && (of.answers === answers || of.engine === 'sluice'));
  const groups = [
    { title: 'In memory', of: among('memory', 'queue') },
    { title: 'On disk', of: among('durable', 'queue') },
    {
      title: 'In memory, the peers without a queue for answers: their handlers only count them',
      of: among('memory', 'handler'),
    },
  ];
  return {
    name: 'local',
    title: 'Local engine: two stages with retry and dead letters',
    about: redis ? ABOUT : [...ABOUT, '**There was no Redis server here, so BullMQ is missing.**'],
    tables: groups.map(({ title, of }) => tableOf(title, of, found)),
    goals: groups.map(({ title, of }) => leadOf(title, of, found)),
  };
}

const ABOUT = [
  'A flow goes to the first stage, which checks it with zod and answers 70 %; the others go on to the second stage. Answers go to a\nqueue with a worker that counts them. Every queue has retry and dead letters. The models do nothing, so the queues are what is\nmeasured. One flow always fails: each contender must retry it once and then have it among its dead letters. All workers and the\nproducer are in one Node process; Redis is a process beside it, and has a processor of its own.',
  `Throughput: ${IN_FLIGHT} flows on the way, sent in batches of 100, counted once the code is warm. Latency: ${OFFERED} flows a second, sent\none by one when they are due, from then to the answer. sluice also writes a decision log.`,
  "pg-boss: on PGlite by its adapter, LISTEN/NOTIFY on, batches of 100 with a result for each job, fetching on while batches are full,\n`insert` for many jobs, a dead letter queue. BullMQ: `addBulk`, 100 at a time in each worker, exponential back-off, failed jobs kept.\nRedis: from Debian's packages.",
  'In memory: nothing survives the process. On disk: what was acknowledged survives `kill -9`, not a loss of power (sluice: SQLite,\nWAL, `synchronous = NORMAL`; PGlite: a folder, as it comes; Redis: append-only file, synced each second).',
  'Not measured: [emulators of AWS](emulators.md), which are for fidelity and not for speed, and serverless-offline-sqs, which needs\none of them and does not follow redrive policies.',
];

function tableOf(title: string, contenders: readonly Contender[], found: Rounds<LocalFigures>): Table {
  return {
    title,
    columns: [
      { key: 'engine', title: 'engine' },
      { key: 'rate', title: 'flows/s' },
      { key: 'range', title: 'rounds' },
      { key: 'ratio', title: 'of sluice', digits: 2 },
      { key: 'cpu', title: 'µs of CPU a flow' },
      { key: 'p50', title: 'p50, ms', digits: 1 },
      { key: 'p99', title: 'p99, ms', digits: 1 },
      { key: 'answered', title: 'answered', share: true },
      { key: 'dead', title: 'dead letters' },
    ],
    rows: contenders.map((contender) => {
      const runs = found.get(nameOf(contender))!;
      return {
        engine: contender.engine,
        rate: rateOf(contender, found),
        range: range(runs.map(({ flowsPerSecond }) => flowsPerSecond)),
        ratio: rateOf(contender, found) / rateOf(contenders[0]!, found),
        cpu: median(runs.map(({ cpuMicros }) => cpuMicros)),
        p50: median(runs.map(({ p50 }) => p50)),
        p99: median(runs.map(({ p99 }) => p99)),
        answered: Math.min(...runs.map(({ answered }) => answered)),
        dead: Math.min(...runs.map(({ deadLettered }) => deadLettered)),
      };
    }),
  };
}

function rateOf(contender: Contender, found: Rounds<LocalFigures>): number {
  return median(found.get(nameOf(contender))!.map(({ flowsPerSecond }) => flowsPerSecond));
}

function leadOf(title: string, [sluice, ...peers]: readonly Contender[], found: Rounds<LocalFigures>): Goal {
  const best = Math.max(...peers.map((peer) => rateOf(peer, found)));
  return atLeast(`local engine, flows/s of the best peer: ${title}`, rateOf(sluice!, found) / best, 3);
}
