import Table from 'cli-table3';
import { type Account, isClean as isAccountClean } from './account.ts';
import type { Seen } from './driver.ts';
import type { Harm } from './harm.ts';

/** A soak, told. */
export interface Report {
  readonly account: Account;
  readonly harm: Harm;
  readonly seen: Seen;
  /** Messages that are still in queues at the end. */
  readonly left: number;
  readonly loadMs: number;
  /** Lines of the decision log cut short by a dying process. */
  readonly tornLines: number;
  /** The driver's memory at its peak. */
  readonly driverBytes: number;
  /** Why the disk was not filled. */
  readonly diskNotPossible?: string;
  /** Then there are no stalls, no full disk and no decision log to look at. */
  readonly deployed?: true;
}

/** True where nothing is lost, doubled or left, and the cascade never ended by itself. */
export function isClean({ account, left, harm }: Report): boolean {
  return isAccountClean(account) && left === 0 && sum(harm.crashes) === 0;
}

/** The report as data, with what follows from it. */
export function reportJson(report: Report): object {
  const { account, harm, seen, left, loadMs } = report;
  const { recoveriesMs, ...rest } = harm;
  return {
    ...account,
    kills: rest.kills,
    harm: rest,
    seen,
    left,
    loadMs,
    flowsPerSecond: perSecond(report),
    recoveryMs: {
      p50: percentile(recoveriesMs, 0.5),
      p99: percentile(recoveriesMs, 0.99),
      samples: recoveriesMs.length,
    },
    tornLines: report.tornLines,
    driverBytes: report.driverBytes,
    ...(report.diskNotPossible !== undefined && { diskNotPossible: report.diskNotPossible }),
    clean: isClean(report),
  };
}

/** The report as a table. */
export function reportText(report: Report): string {
  const { account, harm, seen } = report;
  const { ends, once } = account;
  const table = new Table({ colAligns: ['left', 'right', 'left'], style: { head: [], border: [] } });
  const row: Row = (name, value, note = '') =>
    void table.push([name, typeof value === 'number' ? value.toLocaleString('en') : value, note]);
  row(
    'flows sent',
    account.flows,
    `${perSecond(report).toLocaleString('en')} a second, under load for ${seconds(report.loadMs)}`,
  );
  row('answered', ends.answered, `${seen.answersAgain} came again, under the same id`);
  row('dead-lettered', ends['dead-lettered'], `letters: ${counts(seen.deadLetters)}`);
  row('dropped', ends.dropped);
  row('expired', ends.expired);
  if (report.deployed) row('kills', harm.kills, 'processes that functions ran in');
  else harmRows(report, row);
  row(
    'completed once',
    once.flows,
    `${once.unmarked} without their mark, ${once.toldAgain} accepted again under the same id`,
  );
  row('left in queues', report.left);
  row('left in the table', account.leftInTable, 'apart from what has a time to live');
  row('ended otherwise', sum(account.otherwise), counts(account.otherwise));
  row(
    'untold',
    account.untold,
    report.deployed ? 'by the table' : `by the log; ${report.tornLines} lines were cut short`,
  );
  row('doubled', account.doubled);
  row('lost', account.lost);
  const examples = Object.entries(account.examples).map(([fault, flows]) => `${fault}: ${flows.join(', ')}`);
  return [table.toString(), ...examples].join('\n');
}

type Row = (name: string, value: number | string, note?: string) => void;

function harmRows(report: Report, row: Row): void {
  const { harm, seen, diskNotPossible } = report;
  row('kills', harm.kills, `works again after ${recovery(harm)}`);
  row('ended by itself', sum(harm.crashes), counts(harm.crashes));
  row('stalls', harm.stalls, `${seconds(harm.stalledMs)} in all, each past the visibility timeout`);
  row('disk full', diskNotPossible === undefined ? minutes(harm.fullMs) : 'not possible here', fullNote(report));
  row('redeliveries', seen.redeliveries, 'decisions on messages that had been received before');
}

function perSecond({ account, loadMs }: Report): number {
  return Math.round((1_000 * account.flows) / loadMs);
}

function recovery({ recoveriesMs }: Harm): string {
  if (recoveriesMs.length === 0) return 'an unknown time';
  return `${seconds(percentile(recoveriesMs, 0.5)!)} (p50), ${seconds(percentile(recoveriesMs, 0.99)!)} (p99)`;
}

function fullNote({ harm, diskNotPossible }: Report): string {
  if (diskNotPossible !== undefined) return diskNotPossible;
  return [counts(harm.faults), Object.keys(harm.refusals).length > 0 ? `refused starts: ${counts(harm.refusals)}` : '']
    .filter(Boolean)
    .join('; ');
}

function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

function counts(of: Readonly<Record<string, number>>): string {
  return Object.entries(of)
    .map(([name, n]) => `${n} ${name}`)
    .join(', ');
}

function sum(of: Readonly<Record<string, number>>): number {
  return Object.values(of).reduce((a, b) => a + b, 0);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function minutes(ms: number): string {
  return `${(ms / 60_000).toFixed(2)} min`;
}
