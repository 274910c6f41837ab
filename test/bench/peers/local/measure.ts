import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../common/statistics.ts';
import type { Engine } from './engine.ts';
import { ATTEMPTS, POISON } from './work.ts';

/** What one contender did in one run. */
export interface LocalFigures {
  /** Flows answered a second while there was always something to do. */
  readonly flowsPerSecond: number;
  /** Of all its processes, for a flow. */
  readonly cpuMicros: number;
  /** From the moment a flow was due to be sent to its answer, ms, under the offered load. */
  readonly p50: number;
  readonly p99: number;
  /** Share of the offered flows that were answered. */
  readonly answered: number;
  /** The flow that always fails, given up after its attempts. */
  readonly deadLettered: number;
}

/** Flows a second that are offered when latency is measured. */
export const OFFERED = 100;
/** Flows on the way while throughput is measured. */
export const IN_FLIGHT = 5_000;
const BATCH = 100;
/** Answers before any is counted. */
const WARM_UP = 1.5 * IN_FLIGHT;
const TICK_MS = 10;

/** Counts answers, and tells who waits for one. */
class Answers {
  count = 0;
  next = 0;
  onAnswer: (n: number) => void = () => undefined;

  add(n: number): void {
    this.count += 1;
    this.onAnswer(n);
  }
}

/** Measures throughput, then latency, then sees what became of the flow that always fails. */
export async function measure(
  open: (onAnswer: (n: number) => void) => Promise<Engine>,
  ms: number,
): Promise<LocalFigures> {
  const answers = new Answers();
  const engine = await open((n) => answers.add(n));
  await engine.send([{ n: POISON }]);
  const { flowsPerSecond, cpuMicros } = await throughput(engine, answers, ms);
  const { latencies, offered } = await latency(engine, answers, ms);
  return {
    flowsPerSecond,
    cpuMicros,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    answered: latencies.length / offered,
    deadLettered: await deadLetters(engine),
  };
}

/**
 * Keeps as many flows on the way as producers would before they wait. Counts answers for `ms`, once flows have gone all
 * the way several times over and code has been compiled.
 */
async function throughput(
  engine: Engine,
  answers: Answers,
  ms: number,
): Promise<Pick<LocalFigures, 'flowsPerSecond' | 'cpuMicros'>> {
  let wake: () => void = () => undefined;
  answers.onAnswer = () => wake();
  const now = async () => ({ cpu: await cpuMicrosOf(engine), at: performance.now(), count: answers.count });
  const start = performance.now();
  let from: Awaited<ReturnType<typeof now>> | undefined;
  while (!from || performance.now() < from.at + ms) {
    if (!from && answers.count >= WARM_UP && performance.now() >= start + ms) from = await now();
    if (answers.next - answers.count >= IN_FLIGHT) {
      await Promise.race([new Promise<void>((resolve) => (wake = resolve)), sleep(50)]);
    } else {
      await engine.send(Array.from({ length: BATCH }, () => ({ n: answers.next++ })));
    }
  }
  const to = await now();
  while (answers.count < answers.next) await sleep(20);
  const flows = to.count - from.count;
  return { flowsPerSecond: (1_000 * flows) / (to.at - from.at), cpuMicros: (to.cpu - from.cpu) / flows };
}

async function cpuMicrosOf({ cpuElsewhere }: Engine): Promise<number> {
  const { user, system } = process.cpuUsage();
  return user + system + ((await cpuElsewhere?.()) ?? 0);
}

/** Sends flows one by one when they are due, whatever became of those before, and times each from then. */
async function latency(
  engine: Engine,
  answers: Answers,
  ms: number,
): Promise<{ readonly latencies: readonly number[]; readonly offered: number }> {
  const first = answers.next;
  const offered = Math.round((OFFERED * ms) / 1_000);
  const started = performance.now();
  const due = (n: number) => started + ((n - first) * 1_000) / OFFERED;
  const latencies: number[] = [];
  answers.onAnswer = (n) => {
    if (n >= first) latencies.push(performance.now() - due(n));
  };
  const sending: Promise<void>[] = [];
  while (answers.next < first + offered) {
    for (; answers.next < first + offered && due(answers.next) <= performance.now(); answers.next += 1)
      sending.push(engine.send([{ n: answers.next }]));
    await sleep(TICK_MS);
  }
  await Promise.all(sending);
  const enough = performance.now() + 5_000;
  while (latencies.length < offered && performance.now() < enough) await sleep(20);
  return { latencies, offered };
}

/** The flow that always fails has had its retry long ago. */
async function deadLetters(engine: Engine): Promise<number> {
  let found = 0;
  for (let tries = 0; tries < 10 * ATTEMPTS && found === 0; tries += 1) {
    found = await engine.deadLettered();
    if (found === 0) await sleep(250);
  }
  return found;
}
