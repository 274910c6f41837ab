import { nextEvent, RECORDS } from './batches.ts';
import { contenderOverSdk } from './over-sdk.ts';

/** One contender in a process of its own: `node over-sdk-run.ts <name> <rounds>`; prints its CPU time and calls a record. */
const [name = 'sluice', rounds = '500'] = process.argv.slice(2);
const contender = contenderOverSdk(name);
const events = Array.from({ length: Number(rounds) }, nextEvent);
for (const event of Array.from({ length: 100 }, nextEvent)) await contender.handle(event);
const before = { ...contender.calls };
const cpu = process.cpuUsage();
const started = performance.now();
for (const event of events) {
  const { batchItemFailures } = await contender.handle(event);
  if (batchItemFailures.length > 0) throw new Error(`${name} failed ${batchItemFailures.length} records`);
}
const ms = performance.now() - started;
const { user, system } = process.cpuUsage(cpu);
const records = events.length * RECORDS;
console.log(
  JSON.stringify({
    name,
    cpuMicrosPerRecord: (user + system) / records,
    microsPerRecord: (1_000 * ms) / records,
    queueCallsPerRecord: (contender.calls.queue - before.queue) / records,
    tableCallsPerRecord: (contender.calls.table - before.table) / records,
  }),
);
process.exit(0);
