import { calibrate } from '../../lib/calibrate/calibrate.ts';
import { keptAnswers, MULTIPLY_ADDS, outcomeOf, photoColumns } from '../calibrate/photo-answers.ts';
import { certified, hoeffding, judge, plainQuantile, type Trial } from '../calibrate/rules.ts';
import { worlds } from '../calibrate/worlds.ts';

// What docs/calibrate.md says of the guarantee, the photos and the time: printed as tables in Markdown.
const LOGS = Number(process.argv[2] ?? 1_000);
const delta = 0.05;
const { twoLast, twoLabels, threeLast, threeLabels } = worlds;
const two = (audit: number) => ({ thresholds: [0.93], audit, captured: true });
const three = (audit: number) => ({ thresholds: [0.92, 0.7], audit, captured: true });
const flows = 10_000;
const trials: readonly Omit<Trial, 'delta' | 'logs'>[] = [
  { world: twoLast, target: 0.99, flows },
  { world: twoLast, target: 0.95, flows },
  { world: twoLabels, target: 0.99, flows },
  { world: threeLast, target: 0.99, flows },
  { world: threeLast, target: 0.95, flows },
  { world: threeLabels, target: 0.99, flows },
  { world: twoLast, target: 0.99, flows, written: two(0.2) },
  { world: twoLast, target: 0.99, flows, written: two(0.1) },
  { world: twoLast, target: 0.99, flows: 100_000, written: two(0.01) },
  { world: threeLast, target: 0.95, flows, written: three(1 / 3) },
  { world: threeLast, target: 0.95, flows, written: three(0.2) },
  { world: threeLast, target: 0.95, flows, written: three(0.2), sharesKnown: false },
];
const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;
const row = (cells: readonly unknown[]): void => console.log(`| ${cells.join(' | ')} |`);

row(['log', 'flows', 'audited', 'target', 'logs', 'calibrate', 'plain quantile', 'Hoeffding']);
row(Array.from({ length: 8 }, () => '---'));
for (const trial of trials) {
  const logs = Math.ceil((LOGS * 10_000) / trial.flows);
  const judged = judge({ ...trial, delta, logs }, [certified, plainQuantile, hoeffding]);
  const told = trial.sharesKnown === false ? ', share not told' : '';
  const audited = trial.written ? `${percent(trial.written.audit, 0)}${told}` : 'all known';
  const cells = judged.map(({ missed, costRatio }) => `${percent(missed / logs)} · ${costRatio.toFixed(3)}`);
  row([trial.world.name, trial.flows, audited, trial.target, logs, ...cells]);
}

console.log();
row(['photos, against', 'target', 'thresholds', 'certified cost', 'on the demo photos', 'cost there']);
row(Array.from({ length: 6 }, () => '---'));
const photos = keptAnswers();
for (const [reference, targets] of [
  ['last', [0.95, 0.97, 0.98, 0.99, 0.995, 0.999]],
  ['labels', [0.91, 0.92, 0.93, 0.94]],
] as const) {
  for (const target of targets) {
    const columns = photoColumns(photos.validation, reference);
    const result = calibrate({ columns, target, delta, cost: MULTIPLY_ADDS });
    if (!result.ok) {
      row([reference, percent(target), `refused: ${result.message}`, '', '', '']);
      continue;
    }
    const { thresholds, costRatio } = result.chosen;
    const there = outcomeOf(photoColumns(photos.demo, reference), thresholds);
    const shown = thresholds.map((threshold) => threshold.toFixed(3)).join(', ');
    row([reference, percent(target), shown, percent(costRatio), percent(there.accuracy, 2), percent(there.costRatio)]);
  }
}

const columns = threeLast.log(1_000_000, 1);
const [start, before] = [performance.now(), process.cpuUsage()];
calibrate({ columns, target: 0.99, delta, cost: threeLast.cost });
const used = process.cpuUsage(before);
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
console.log(
  `\n1,000,000 flows of 3 tiers in memory: ${seconds(performance.now() - start)}, ${seconds((used.user + used.system) / 1_000)} of CPU time, at most ${Math.round(process.resourceUsage().maxRSS / 1_024)} MiB`,
);
