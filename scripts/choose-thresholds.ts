/**
 * Chooses from which confidence the photo demo's `thumb` and `small` answers are accepted, on the validation photos only;
 * then, once and with nothing left to choose, measures the choice on the photos of the demo. Takes about two minutes.
 *
 *     node scripts/choose-thresholds.ts [--json]
 */
import Table from 'cli-table3';
import { type PhotoSet, readPhotos } from '../functions/photos/model/photos.ts';
import { type Outcome, replay } from '../functions/photos/model/replay.ts';
import { accuracy, type Scores, scorePhotos } from '../functions/photos/model/scores.ts';
import { cheapest, losesAtMost, noWorse, passing } from '../functions/photos/model/thresholds.ts';

/** What the demo may lose against the big model alone, in percentage points, and on how many photos. */
const allowed = { points: 0.5, run: 2000 };

/** Share of the big model's answers that should pass its own threshold, 0 to 1. */
const deepPasses = 0.95;

const validation = await scoreTiers('validation');
const strict = cheapest(validation, noWorse);
const chosen = cheapest(validation, losesAtMost({ ...allowed, seen: strict.photos }));
const deep = passing(validation.at(-1)!, deepPasses);
const escalatedThatPass = shareOfEscalated(validation, chosen, deep);

// From here on nothing is chosen: a threshold picked on these photos would make their accuracy a promise nobody can keep.
const photos = await scoreTiers('photos');
const measured = replay(photos, chosen.thresholds);

if (process.argv.includes('--json')) {
  const [thumb, small] = chosen.thresholds;
  const report = {
    thresholds: { thumb, small, deep },
    escalatedThatPass,
    validation: { tiers: validation.map(summary), strict, chosen },
    photos: { tiers: photos.map(summary), chosen: measured },
  };
  console.log(JSON.stringify(report, null, 2));
} else {
  console.log('Chosen on the validation photos:');
  console.log(outcomeTable({ 'as right as deep there': strict, 'chosen: a safe 0.5 points': chosen }, validation));
  console.log(
    `deep: ${deep} (${percent(deepPasses)} of all photos pass, ${percent(escalatedThatPass)} of those it gets)`,
  );
  console.log('\nThe chosen thresholds on the photos of the demo:');
  console.log(outcomeTable({ chosen: measured }, photos));
}

async function scoreTiers(set: PhotoSet): Promise<readonly Scores[]> {
  const all = await readPhotos(set);
  const tiers: Scores[] = [];
  for (const name of ['linear14', 'small-cnn', 'deep-cnn'] as const) {
    console.error(`${name} on ${all.length} photos (${set})`);
    tiers.push(await scorePhotos(name, all));
  }
  return tiers;
}

/** Of the photos that both thresholds of the cascade send on to the last tier, the share it is sure enough of. */
function shareOfEscalated(tiers: readonly Scores[], { thresholds }: Outcome, threshold: number): number {
  const escalated = tiers
    .at(-1)!
    .confidence.filter((_, photo) => thresholds.every((limit, tier) => tiers[tier]!.confidence[photo]! < limit));
  return escalated.filter((confidence) => confidence >= threshold).length / escalated.length;
}

function summary(scores: Scores) {
  const { name, multiplyAdds, milliseconds } = scores;
  return { name, multiplyAdds, milliseconds, accuracy: accuracy(scores) };
}

function outcomeTable(outcomes: Readonly<Record<string, Outcome>>, tiers: readonly Scores[]): string {
  const table = new Table({
    head: ['', 'thumb', 'small', 'answered by', 'accuracy', 'multiply-adds', 'time', 'won', 'lost'],
    style: { head: [], border: [] },
  });
  for (const scores of tiers) {
    const time = `${scores.milliseconds.toFixed(3)} ms`;
    table.push([`${scores.name} alone`, '', '', '', percent(accuracy(scores)), scores.multiplyAdds, time, '', '']);
  }
  for (const [name, { thresholds, shares, won, lost, ...outcome }] of Object.entries(outcomes)) {
    const ratios = [percent(outcome.cost), percent(outcome.time)];
    table.push([name, ...thresholds, shares.map(percent).join(' / '), percent(outcome.accuracy), ...ratios, won, lost]);
  }
  return table.toString();
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
