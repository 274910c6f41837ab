import Table from 'cli-table3';
import type { Compared } from './compare.ts';
import { totalDollars } from './cost.ts';
import type { Estimate } from './estimate.ts';
import { count, dollars, time } from './format.ts';
import type { Need } from './needs.ts';
import type { Options } from './options.ts';
import type { Summary } from './summary.ts';

/** One run for people. */
export function printRun(summary: Summary, beyond: readonly Need[], { load, accountConcurrency }: Options): string {
  const rows = summary.tiers.map((tier) => [
    tier.name,
    count(tier.messages),
    count(tier.peakBacklog),
    time(tier.oldestSeconds),
    tier.caughtUpSeconds === undefined ? 'never' : time(tier.caughtUpSeconds),
    count(tier.peakConcurrency),
    count(tier.coldStarts),
    time(tier.p50Seconds),
    time(tier.p99Seconds),
    count(tier.throttles),
    dollars(totalDollars(tier.dollars)),
  ]);
  const head = [
    'tier',
    'messages',
    'peak backlog',
    'oldest',
    'caught up',
    'peak conc.',
    'cold',
    'p50',
    'p99',
    'throttles',
    'cost',
  ];
  const { dollars: cost, flows, answered } = summary;
  const perMillion = (value: number): string => dollars(value / (flows / 1e6));
  return [
    `simulated: ${count(load.from)} flows/s, ${count(load.to)} flows/s from ${load.at} s to ${load.at + load.hold} s, ${accountConcurrency} invocations at a time in the account`,
    table(head, rows),
    `flows      ${count(flows)} sent, ${count(answered)} answered; p50 ${time(summary.p50Seconds)}, p99 ${time(summary.p99Seconds)}; in the last minute of the step ${time(summary.steadyP50Seconds)} and ${time(summary.steadyP99Seconds)}`,
    `a million  ${perMillion(totalDollars(cost))}: table ${perMillion(cost.table)}, objects ${perMillion(cost.objects)}, Lambda ${perMillion(cost.lambda)}, SQS ${perMillion(cost.sqs)}, logs ${perMillion(cost.logs)}, pollers ${perMillion(cost.pollers)}`,
    ...summary.tiers.flatMap(({ name, notes }) => notes.map((note) => `note       ${name}: ${note}`)),
    ...beyond.map(
      ({ what, peak, limit, scope }) =>
        `granted    ${what}: ${count(Math.ceil(peak))} in the step, ${count(limit)} by default (${scope})`,
    ),
    'A model of published rules: nothing was measured on AWS. What it leaves out: docs/scaling-on-aws.md',
  ].join('\n');
}

/** The options side by side. */
export function printCompared(all: readonly Compared[]): string {
  const rows = all.map(({ scenario, summary }) => {
    const { dollars: cost, flows } = summary;
    const perMillion = (value: number): string => dollars(value / (flows / 1e6));
    return [
      scenario.name,
      count(summary.peakConcurrency),
      count(Math.max(...summary.tiers.map(({ peakBacklog }) => peakBacklog))),
      time(Math.max(...summary.tiers.map(({ oldestSeconds }) => oldestSeconds))),
      summary.caughtUpSeconds === undefined ? 'never' : time(summary.caughtUpSeconds),
      time(summary.p99Seconds),
      time(summary.steadyP50Seconds),
      time(summary.steadyP99Seconds),
      count(summary.throttles),
      perMillion(cost.lambda + cost.sqs + cost.pollers),
    ];
  });
  const head = [
    'option',
    'peak conc.',
    'peak backlog',
    'oldest',
    'caught up',
    'p99',
    'p50, then',
    'p99, then',
    'throttles',
    '$ a million',
  ];
  const fixed = all[0]!.summary;
  const rest = (fixed.dollars.table + fixed.dollars.objects + fixed.dollars.logs) / (fixed.flows / 1e6);
  return [
    table(head, rows),
    `"then": in the last minute of the step. Dollars are Lambda, SQS and pollers a million flows; table, objects and logs come to ${dollars(rest)} more as deployed.`,
  ].join('\n');
}

/** A day on paper. */
export function printEstimate(
  { flowsPerSecond, queues, needs, daily, dollarsPerDay, stored }: Estimate,
  peak: number,
): string {
  const { storage, ...services } = dollarsPerDay;
  const all = totalDollars(services) + storage;
  const flows = flowsPerSecond * 86_400;
  const costs: readonly (readonly [string, number, string])[] = [
    ['S3 requests', services.objects, `${count(daily.puts)} puts, ${count(daily.gets)} gets`],
    ['DynamoDB writes', services.table, `${count(daily.writes)} of up to 1 KB`],
    ['logs and their delivery', services.logs, 'a decision record a message'],
    ['SQS requests', services.sqs, `${count(daily.messages)} messages, ten a request`],
    ['Lambda', services.lambda, 'requests and GB-seconds'],
    ['storage', storage, `${count(stored.tableGb)} GB in the table, ${count(stored.objectGb)} GB of objects`],
  ];
  return [
    `on paper: ${count(flows)} flows a day, ${count(flowsPerSecond)} a second on average, ${peak} times that at the peak`,
    table(
      ['queue', 'tier', 'messages/s', 'invocations/s', 'ms each', 'concurrency', 'at the peak'],
      queues.map((q) => [
        q.queue,
        q.tier,
        count(q.messagesPerSecond),
        count(q.invocationsPerSecond),
        q.invocationMs.toFixed(0),
        count(Math.ceil(q.concurrency)),
        count(Math.ceil(q.concurrency * peak)),
      ]),
    ),
    table(
      ['quota, at the peak', 'needed', 'default', '', 'of'],
      needs.map(({ what, peak: needed, limit, scope }) => [
        what,
        count(Math.ceil(needed)),
        count(limit),
        needed > limit ? 'raise' : 'enough',
        scope,
      ]),
      2,
    ),
    table(
      ['a day', 'dollars', 'for'],
      [
        ...costs.toSorted((a, b) => b[1] - a[1]).map(([what, value, why]) => [what, dollars(value), why]),
        ['all', dollars(all), `${dollars(all / (flows / 1e6))} a million flows`],
      ],
    ),
    'List prices without volume discounts and free tiers; nothing was measured on AWS.',
  ].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[], texts = 1): string {
  const made = new Table({
    head: [...head],
    colAligns: head.map((_, i) => (i >= texts && rows.every((row) => /^[\d$–n]/.test(row[i]!)) ? 'right' : 'left')),
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  made.push(...rows.map((row) => [...row]));
  return made.toString();
}
