import { report } from '../common/apart.ts';
import { nextEvent, RECORDS } from './batches.ts';
import { contenderOverSdk } from './over-sdk.ts';

/** What a handler costs a record when its calls go over the AWS SDK. */
export interface OverSdk {
  /** Of the handler's process, all threads. */
  readonly cpuMicrosPerRecord: number;
  readonly microsPerRecord: number;
  readonly queueCallsPerRecord: number;
  readonly tableCallsPerRecord: number;
}

const WARM_UP = 100;

/** One contender in a process of its own: `node over-sdk-run.ts <name> <rounds>`. */
const [name = 'sluice', rounds = '500'] = process.argv.slice(2);
const contender = contenderOverSdk(name);
for (let i = 0; i < WARM_UP; i += 1) await contender.handle(nextEvent());
const events = Array.from({ length: Number(rounds) }, nextEvent);
const { queue, table } = contender.calls;
const before = process.cpuUsage();
const started = performance.now();
for (const event of events) {
  const { batchItemFailures } = await contender.handle(event);
  if (batchItemFailures.length > 0) throw new Error(`${name} failed ${batchItemFailures.length} records`);
}
const ms = performance.now() - started;
const { user, system } = process.cpuUsage(before);
const records = events.length * RECORDS;
report({
  cpuMicrosPerRecord: (user + system) / records,
  microsPerRecord: (1_000 * ms) / records,
  queueCallsPerRecord: (contender.calls.queue - queue) / records,
  tableCallsPerRecord: (contender.calls.table - table) / records,
} satisfies OverSdk);
