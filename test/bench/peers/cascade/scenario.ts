import { apart } from '../common/apart.ts';
import type { Table } from '../common/document.ts';
import type { Effort, Found } from '../common/scenario.ts';
import { DELTA } from './promise.ts';
import type { CascadeFigures } from './run.ts';

/** What a cascade does to accuracy and model time, and whether calibration keeps its promise. */
export async function cascadeScenario({ quick, progress }: Effort): Promise<Found> {
  progress('cascades on photos and digits');
  const script = new URL('./run.ts', import.meta.url);
  const sets = await apart<readonly CascadeFigures[]>(script, [quick ? 'quick' : 'full']);
  return {
    name: 'cascade',
    title: 'The cascade itself: accuracy and model time',
    about: ABOUT,
    tables: sets.map(tableOf),
    goals: [],
  };
}

const ABOUT = [
  `Models are asked without queues, so that only models cost time: CPU milliseconds an item, on one thread. Thresholds are chosen by\n\`calibrate\` on validation items and judged on test items that nothing was chosen on. It promises that the cascade's answers agree\nwith the last model's as often as told, or more; the chance that they do not is ${100 * DELTA} %. A target that the validation items do not\nsupport is refused, and has no row.`,
  'Photos: Fashion-MNIST, MIT licence, and the three networks of the photo demo. Digits: 10,000 of MNIST from the package `mnist`,\nMIT licence; a softmax regression and a vote of the nearest neighbours, trained on 3,000 of them in this run, the same every time.',
];

function tableOf({ name, calibrated, judged, rows }: CascadeFigures): Table {
  const large = rows[0]!.ms;
  return {
    title: `${name}: calibrated on ${calibrated}, judged on ${judged}`,
    columns: [
      { key: 'how', title: 'answers' },
      { key: 'promised', title: 'agreement promised', share: true },
      { key: 'agreement', title: 'agreement', share: true, digits: 2 },
      { key: 'accuracy', title: 'accuracy', share: true, digits: 2 },
      { key: 'reachLast', title: 'reach the last model', share: true, digits: 1 },
      { key: 'ms', title: 'ms an item', digits: 3 },
      { key: 'ratio', title: 'of always-large', share: true, digits: 1 },
    ],
    rows: rows.map((row) => ({ ...row, ratio: row.ms / large })),
  };
}
