import type { Answer } from 'sluice';
import type { Photo } from '../../model/photos.ts';
import { eventsOf, type SwapRun } from './run.ts';
import type { Step } from './steps.ts';

/** What became of one version of `small`'s model, and what it did. */
export interface VersionFigures {
  readonly version: number;
  readonly title: string;
  readonly became: 'first' | 'swapped' | 'rejected' | 'nothing';
  /** Why, as the decision log has it. */
  readonly reason?: string;
  /** When it was sent and when the tier had decided on it, in seconds since the first photos. */
  readonly sentAt: number;
  readonly decidedAt: number;
  /** Flows that `small` answered with it. */
  readonly answered: number;
  /** Share of these answered rightly. */
  readonly accuracy?: number;
  /** Share of its predictions that it was not sure enough of. */
  readonly escalated?: number;
  /** Mean CPU time of a prediction, ms. */
  readonly modelMs?: number;
}

/** An answer of `small`. */
export interface Point {
  /** When it was decided, in seconds since the first photos. */
  readonly at: number;
  readonly version: number;
  readonly right: boolean;
}

/** Adds up the run, version by version. */
export function versionFigures(run: SwapRun): readonly VersionFigures[] {
  const points = answersOfSmall(run);
  return run.steps.map((step) => {
    const right = points.filter(({ version }) => version === step.version).map((point) => Number(point.right));
    const ran = run.records.filter(
      ({ tier, decision, controls }) =>
        tier === 'small' && (decision === 'accepted' || decision === 'escalated') && controls?.model === step.version,
    );
    return {
      ...fateOf(run, step),
      answered: right.length,
      ...(right.length > 0 && { accuracy: mean(right) }),
      ...(ran.length > 0 && {
        escalated: mean(ran.map(({ decision }) => Number(decision === 'escalated'))),
        modelMs: mean(ran.map(({ modelMs, modelCpuMs }) => modelCpuMs ?? modelMs ?? 0)),
      }),
    };
  });
}

type Fate = Pick<VersionFigures, 'version' | 'title' | 'became' | 'reason' | 'sentAt' | 'decidedAt'>;

function fateOf({ steps, records, sentAt, began }: SwapRun, step: Step): Fate {
  const { version, title } = step;
  if (step === steps[0]) return { version, title, became: 'first', sentAt: 0, decidedAt: 0 };
  const [event] = eventsOf(records, step);
  const sent = (sentAt.get(version)! - began) / 1_000;
  if (!event) return { version, title, became: 'nothing', sentAt: sent, decidedAt: sent };
  return {
    version,
    title,
    became: event.decision as 'swapped' | 'rejected',
    // The log begins with the version, and ends with what to do.
    reason: event.reason!.replace(/^model version \d+: /, '').split('\n')[0]!,
    sentAt: sent,
    decidedAt: (event.at - began) / 1_000,
  };
}

/** The answers of `small`, as they were decided. */
export function answersOfSmall({ answers, records, shots, began }: SwapRun): readonly Point[] {
  const accepted = records.filter(({ tier, decision }) => tier === 'small' && decision === 'accepted');
  const decidedAt = new Map(accepted.map(({ flow, at }) => [flow, at]));
  const photos = new Map(shots.map(({ flowId, photo }) => [flowId, photo]));
  return answers
    .filter(({ tier }) => tier === 'small')
    .map((answer) => ({
      at: (decidedAt.get(answer.flowId)! - began) / 1_000,
      version: answer.controls?.model ?? 0,
      right: isRight(answer, photos.get(answer.flowId)!),
    }))
    .sort((a, b) => a.at - b.at);
}

/** When flows were answered, by whichever tier, in seconds since the first photos. */
export function answeredAt({ records, began }: SwapRun): readonly number[] {
  return records.filter(({ decision }) => decision === 'accepted').map(({ at }) => (at - began) / 1_000);
}

function isRight({ output }: Answer, { label }: Photo): boolean {
  return (output as { readonly label: string }).label === label;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
