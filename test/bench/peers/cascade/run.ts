import { calibrate } from '../../../../lib/calibrate/calibrate.ts';
import { report } from '../common/apart.ts';
import { columnsOf, type DataSet, type Outcome, outcomeOf } from './answered.ts';
import { digits } from './digits.ts';
import { photos } from './photos.ts';
import { DELTA, TARGETS } from './promise.ts';

/** What a data set showed. */
export interface CascadeFigures {
  readonly name: string;
  readonly calibrated: number;
  readonly judged: number;
  readonly rows: readonly (Outcome & { readonly how: string; readonly promised: number | null })[];
}

/** In a process of its own: `node run.ts <full|quick>`. */
const quick = process.argv[2] === 'quick';
report([figuresOf(await photos(quick)), figuresOf(digits(quick))] satisfies CascadeFigures[]);

function figuresOf(set: DataSet): CascadeFigures {
  const { name, models, validation, test, ms } = set;
  const always = (model: number) => {
    const thresholds = models.slice(1).map((_, tier) => (tier < model ? Number.POSITIVE_INFINITY : 0));
    return {
      ...outcomeOf(
        test,
        thresholds,
        ms.map((time, i) => (i === model ? time : 0)),
      ),
      promised: null,
    };
  };
  const columns = columnsOf(validation, models);
  const promised = TARGETS.flatMap((target) => {
    const found = calibrate({ columns, target, delta: DELTA, cost: set.work });
    return found.ok
      ? [{ ...outcomeOf(test, found.chosen.thresholds, ms), how: 'cascade, calibrated', promised: target }]
      : [];
  });
  return {
    name,
    calibrated: validation.truth.length,
    judged: test.truth.length,
    rows: [
      { ...always(models.length - 1), how: `always ${models.at(-1)}` },
      { ...always(0), how: `always ${models[0]}` },
      ...promised,
    ],
  };
}
