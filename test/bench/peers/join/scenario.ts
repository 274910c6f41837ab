import { apart } from '../common/apart.ts';
import { inRounds } from '../common/rounds.ts';
import type { Effort, Found } from '../common/scenario.ts';
import { median } from '../common/statistics.ts';
import { LATEST, TICK_FLOWS, TICK_MS } from './feed.ts';
import { AWAY_MS } from './requeue.ts';
import type { JoinFigures } from './run.ts';

const JOINS = ['sluice', 'read, modify, write', 're-queue until ready'];

/** What it costs to bring two streams together by flow. */
export async function joinScenario({ quick, progress }: Effort): Promise<Found> {
  const script = new URL('./run.ts', import.meta.url);
  const found = await inRounds(JOINS, quick ? 1 : 3, (name, round) => {
    progress(`join, ${name}, round ${round + 1}`);
    return apart<JoinFigures>(script, [name, quick ? '600' : '3000']);
  });
  const of = (name: string, key: keyof JoinFigures) => median(found.get(name)!.map((figures) => figures[key]));
  return {
    name: 'join',
    title: 'Join of two streams by key',
    about: ABOUT,
    tables: [
      {
        title: 'A flow',
        columns: [
          { key: 'join', title: 'join' },
          { key: 'deliveries', title: 'messages received', digits: 2 },
          { key: 'tableCalls', title: 'table calls', digits: 2 },
          { key: 'bytes', title: 'bytes moved' },
          { key: 'cpu', title: 'µs of CPU' },
          { key: 'p50', title: 'p50, ms', digits: 1 },
          { key: 'p99', title: 'p99, ms', digits: 1 },
          { key: 'duplicates', title: 'answers too many' },
        ],
        rows: JOINS.map((join) => ({
          join,
          deliveries: of(join, 'deliveries'),
          tableCalls: of(join, 'tableCalls'),
          bytes: of(join, 'bytes'),
          cpu: of(join, 'cpuMicros'),
          p50: of(join, 'p50'),
          p99: of(join, 'p99'),
          duplicates: Math.max(...found.get(join)!.map(({ duplicates }) => duplicates)),
        })),
      },
    ],
    goals: [],
  };
}

const ABOUT = [
  `Readings go through a first stage that passes all of them on; the second stage needs the photo, which comes from another producer\nby a queue of its own: ${TICK_FLOWS} flows each ${TICK_MS} ms, photos of 1 KB up to ${LATEST * TICK_MS} ms before or after their reading. All run on sluice's embedded\nqueues and table in memory, and their traffic is counted there: bodies sent and received, items written, read and returned.\nThe wait is from when both halves were sent to the answer.`,
  `Read, modify, write: a get, then a conditional put, again where somebody else wrote meanwhile; a done-mark, and no lease. Re-queue until ready:\nphotos are stored, and a signal whose photo is not there yet goes back to its queue for ${AWAY_MS} ms. sluice: two halves, a claim with a\nlease, and a done-mark, one write each; and it writes a decision log and carries ids, times and versions in every message, which the other two do not.`,
];
