import Table from 'cli-table3';
import type { DemoResult } from './run.ts';

/** The demo's figures for people: every number is of this run. */
export function report(r: DemoResult): string {
  const tiers = new Table({
    head: ['tier', 'in', 'accepted', 'escalated', 'dropped', 'failed', 'accuracy', 'p50', 'p95', 'model time'],
    colAligns: ['left', ...Array<'right'>(9).fill('right')],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  for (const t of r.tiers) {
    tiers.push([
      t.name,
      t.in,
      t.accepted,
      t.escalated,
      t.dropped,
      t.failed,
      percent(t.accuracy),
      ms(t.p50Ms),
      ms(t.p95Ms),
      ms(t.modelMs),
    ]);
  }
  const saved = 1 - r.bytesFetched / r.bytesDeclared;
  return [
    '',
    tiers.toString(),
    '',
    `cascade      ${percent(r.accuracy)} right · ${r.answered} of ${r.flows} flows answered, ${r.lost} lost, ${r.duplicated} duplicated, ${r.deadLettered} dead-lettered · ${r.seconds.toFixed(1)} s`,
    `last tier    ${percent(r.lastTierAccuracy)} right alone, ${r.lastTierMs.toFixed(1)} ms a photo (measured on a random sample of ${r.sample}; the cascade on the same photos: ${percent(r.sampleAccuracy)})`,
    `cost         ${percent(r.costRatio)} of the model time that the last tier alone would take`,
    `objects      ${kib(r.bytesFetched)} fetched of ${kib(r.bytesDeclared)} declared: ${percent(saved)} never moved`,
    `calls a flow ${r.calls.queue.toFixed(2)} messages · ${r.calls.table.toFixed(2)} table writes · ${r.calls.object.toFixed(2)} object calls`,
    '',
    'A flow: npx sluice run photos …   The graph: npx sluice graph photos   A tier of your own: README.md',
  ].join('\n');
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const kib = (bytes: number): string => `${(bytes / 1024).toFixed(0)} KiB`;
const ms = (value: number): string => (value >= 1_000 ? `${(value / 1_000).toFixed(1)} s` : `${value.toFixed(1)} ms`);
