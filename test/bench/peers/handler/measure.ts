import { median } from '../common/statistics.ts';
import { nextEvent, RECORDS } from './batches.ts';
import type { Contender } from './contender.ts';

/** What a handler costs a record on a backend that answers at once. */
export interface HandlerFigures {
  readonly does: string;
  /** Median over the events, wall time. */
  readonly microsPerRecord: number;
}

/** Enough for the engine to have compiled it. */
const WARM_UP = 1_500;

/** Lets a handler work off so many events. */
export async function measureHandler(contender: Contender, events: number): Promise<HandlerFigures> {
  for (let i = 0; i < WARM_UP; i += 1) await timed(contender);
  const times: number[] = [];
  for (let i = 0; i < events; i += 1) times.push(await timed(contender));
  return { does: contender.does, microsPerRecord: (1_000 * median(times)) / RECORDS };
}

async function timed(contender: Contender): Promise<number> {
  const event = nextEvent();
  const started = performance.now();
  const { batchItemFailures } = await contender.handle(event);
  const ms = performance.now() - started;
  if (batchItemFailures.length > 0) throw new Error(`${contender.name} failed ${batchItemFailures.length} records`);
  return ms;
}
