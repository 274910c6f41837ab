import { apart } from '../common/apart.ts';
import { inRounds } from '../common/rounds.ts';
import type { Effort, Found } from '../common/scenario.ts';
import { median } from '../common/statistics.ts';
import type { ObjectsFigures } from './run.ts';
import { BYTES } from './work.ts';

const SHARES = ['0.1', '0.24', '0.4'];
const WAYS = ['lazy', 'eager'] as const;

/** What it saves not to fetch what nobody reads. */
export async function objectsScenario({ quick, progress }: Effort): Promise<Found> {
  const names = SHARES.flatMap((share) => WAYS.map((way) => `${way}/${share}`));
  const script = new URL('./run.ts', import.meta.url);
  const found = await inRounds(names, quick ? 1 : 3, (name, round) => {
    progress(`references, ${name.replace('/', ' at ')}, round ${round + 1}`);
    return apart<ObjectsFigures>(script, [...name.split('/'), quick ? '100' : '400']);
  });
  const of = (way: string, share: string, key: keyof ObjectsFigures) =>
    median(found.get(`${way}/${share}`)!.map((figures) => figures[key]));
  return {
    name: 'objects',
    title: 'Lazy references against eager claim-check',
    about: ABOUT,
    tables: [
      {
        title: 'A flow',
        columns: [
          { key: 'share', title: 'escalates', share: true },
          { key: 'way', title: 'references' },
          { key: 'gets', title: 'gets', digits: 2 },
          { key: 'kib', title: 'KiB fetched' },
          { key: 'kibRatio', title: 'of eager', digits: 2 },
          { key: 'cpu', title: 'µs of CPU' },
          { key: 'cpuRatio', title: 'of eager', digits: 2 },
          { key: 'rate', title: 'flows/s' },
        ],
        rows: SHARES.flatMap((share) =>
          WAYS.map((way) => ({
            share: Number(share),
            way,
            gets: of(way, share, 'gets'),
            kib: of(way, share, 'bytesFetched') / 1_024,
            kibRatio: of(way, share, 'bytesFetched') / of('eager', share, 'bytesFetched'),
            cpu: of(way, share, 'cpuMicros'),
            cpuRatio: of(way, share, 'cpuMicros') / of('eager', share, 'cpuMicros'),
            rate: of(way, share, 'flowsPerSecond'),
          })),
        ),
      },
    ],
    goals: [],
  };
}

const ABOUT = [
  `Two tiers on sluice's durable engine. The first decides by what is in the message, the second reads the payload of ${BYTES / 1_024} KiB.\nLazy: the first tier carries the reference on. Eager: each tier fetches the payload before it looks at anything, as claim-check\nmiddleware does; all else is the same. Payloads lie in files on this machine and each is checked against its SHA-256: over a\nnetwork, the bytes weigh more than here.`,
];
