import { nextEvent, RECORDS } from './batches.ts';
import type { Contender } from './contender.ts';
import { middyHandler } from './middy.ts';
import { powertoolsHandler } from './powertools.ts';
import { sluiceHandler } from './sluice.ts';

/** What a handler costs a record. */
export interface HandlerFigures {
  readonly name: string;
  readonly version: string;
  readonly does: string;
  /** Median over the rounds, wall time. */
  readonly microsPerRecord: number;
  readonly queueCallsPerRecord: number;
  readonly tableCallsPerRecord: number;
  /** Time a record, of Powertools with idempotency. */
  readonly ratio: number;
}

const WARM_UP = 300;

/** All contenders in turn on the same batches, so that whatever else the machine does hits each alike. */
export async function measureHandlers(rounds: number): Promise<readonly HandlerFigures[]> {
  const contenders = [sluiceHandler('at-least-once'), sluiceHandler('once'), powertoolsHandler(), middyHandler()];
  const times = contenders.map((): number[] => []);
  for (let round = -WARM_UP; round < rounds; round += 1) {
    const event = nextEvent();
    for (const [i, contender] of contenders.entries()) {
      const ms = await timed(contender, event);
      if (round >= 0) times[i]!.push(ms);
    }
  }
  const micros = times.map((all) => (1_000 * median(all)) / RECORDS);
  const base = micros[contenders.findIndex(({ name }) => name.startsWith('Powertools'))]!;
  const records = (rounds + WARM_UP) * RECORDS;
  return contenders.map(({ name, version, does, calls }, i) => ({
    name,
    version,
    does,
    microsPerRecord: micros[i]!,
    queueCallsPerRecord: calls.queue / records,
    tableCallsPerRecord: calls.table / records,
    ratio: micros[i]! / base,
  }));
}

async function timed(contender: Contender, event: ReturnType<typeof nextEvent>): Promise<number> {
  const started = performance.now();
  const { batchItemFailures } = await contender.handle(event);
  const ms = performance.now() - started;
  if (batchItemFailures.length > 0) throw new Error(`${contender.name} failed ${batchItemFailures.length} records`);
  return ms;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
