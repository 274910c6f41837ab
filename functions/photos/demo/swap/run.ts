import { fileURLToPath } from 'node:url';
import type { Answer, DecisionRecord } from 'sluice';
import { type LocalCloud, loadApplication, type OpenCloudOptions, openCloud, startCascade } from 'sluice/local';
import { mixedPhotos } from './mixed-photos.ts';
import { modelSender } from './models.ts';
import { producers, type Shot } from './producers.ts';
import { planSteps, type Step } from './steps.ts';

/** Everything that happened; all figures and checks follow from it. */
export interface SwapRun {
  readonly steps: readonly Step[];
  /** When the first photos were sent, and when the last flow had ended; ms since the epoch. */
  readonly began: number;
  readonly ended: number;
  /** When each version was sent, ms since the epoch. */
  readonly sentAt: ReadonlyMap<number, number>;
  readonly shots: readonly Shot[];
  /** Every answer that came, repeated ones included. */
  readonly answers: readonly Answer[];
  readonly records: readonly DecisionRecord[];
  readonly deadLetters: number;
}

export interface SwapOptions {
  /** Flows to send, at least: they go on until the last version serves. */
  readonly flows: number;
  readonly clock?: NonNullable<OpenCloudOptions['clock']>;
  readonly onAnswer?: (answers: number) => void;
}

/** What the flows are spread over: a warm instance looks for a new version every 5 s. */
const RUN_MS = 32_000;
/** How long a version is watched once it serves. */
const WATCH_MS = 4_000;
/** Longer than it can take to see, load and prove a version: then something is broken. */
const MOST_WAIT_MS = 60_000;

/** Lets photos flow through the cascade while one version of `small`'s model after the other is sent. */
export async function runSwaps(options: SwapOptions): Promise<SwapRun> {
  const [first, ...later] = await planSteps();
  const photos = await mixedPhotos();
  const records: DecisionRecord[] = [];
  const answers: Answer[] = [];
  const cloud = await openCloud({
    dir: ':memory:',
    ...(options.clock && { clock: options.clock }),
    onDecisions: (written) => void records.push(...written),
  });
  const { clock } = cloud;
  const cascade = await startCascade({
    application: await loadApplication(fileURLToPath(new URL('./photos', import.meta.url))),
    cloud,
    onAnswer: (answer) => {
      answers.push(answer);
      options.onAnswer?.(answers.length);
    },
  });
  const sentAt = new Map<number, number>();
  const sendModel = modelSender(cloud);
  const submit = (step: Step): Promise<void> => {
    sentAt.set(step.version, clock.now());
    return sendModel(step);
  };

  await submit(first);
  await cascade.settled();
  const began = clock.now();
  const flow = producers(cloud, photos, RUN_MS / options.flows);
  const watch = (): Promise<void> => {
    const end = clock.now() + WATCH_MS;
    return flow.until(() => clock.now() >= end);
  };
  // Until the tier has started, a second version would simply be its first.
  await flow.until(() => answers.some(({ tier }) => tier === 'small'));
  await watch();
  for (const step of later) {
    await submit(step);
    const latest = clock.now() + MOST_WAIT_MS;
    await flow.until(() => eventsOf(records, step).length > 0 || clock.now() > latest);
    if (step.expected === 'swapped') await watch();
  }
  await flow.until(() => flow.shots.length >= options.flows);
  await cascade.settled();
  const ended = clock.now();
  await cascade.stop();
  const deadLetters = await countDeadLetters(cloud);
  await cloud.close();
  return { steps: [first, ...later], began, ended, sentAt, shots: flow.shots, answers, records, deadLetters };
}

/** What the tier said of a version: that it was swapped in, or rejected. */
export function eventsOf(records: readonly DecisionRecord[], { version }: Step): readonly DecisionRecord[] {
  return records.filter(
    ({ decision, controls }) => (decision === 'swapped' || decision === 'rejected') && controls?.model === version,
  );
}

async function countDeadLetters(cloud: LocalCloud): Promise<number> {
  const queues = cloud.queues().filter(({ name }) => name.endsWith('.dlq'));
  const depths = await Promise.all(queues.map(({ name }) => cloud.queue(name).depth()));
  return depths.reduce((count, { ready, delayed, inFlight }) => count + ready + delayed + inFlight, 0);
}
