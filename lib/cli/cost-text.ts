import { LAST_TIER_ONLY } from '../cost/alternatives.ts';
import type { Money } from '../cost/money.ts';
import type { Compared, CostReport } from './cost.ts';
import { paint } from './io.ts';
import { table } from './table.ts';
import { count } from './text.ts';

const SERVICES = ['lambda', 'sqs', 'dynamodb', 's3', 'logs'] as const satisfies readonly (keyof Money)[];

/** A cost report as people read it. */
export function costText(report: CostReport): string {
  const { application, region, prices, usage, perMillion } = report;
  const { tiers, money, total } = perMillion;
  const rows = tiers.map((tier) => [
    tier.name,
    tier.memory > 0 ? `${tier.memory} MiB` : '',
    ...SERVICES.map((service) => dollars(tier.money[service])),
    dollars(sum(tier.money)),
  ]);
  const all = ['all', '', ...SERVICES.map((service) => dollars(money[service])), dollars(total)];
  const counted = tiers.some(({ msFrom }) => msFrom === 'measured');
  return [
    `${paint('bold', `${application}: $${dollars(total)} for a million flows`)}, ${region}, list prices of ${prices.date}`,
    '',
    table(['', 'memory', 'Lambda', 'SQS', 'DynamoDB', 'S3', 'logs', 'dollars'], [...rows, all]),
    '',
    `counted    in ${count(usage.flows, 'flow')}: calls, batches, 64 KiB requests, write and read units, model time`,
    `computed   ${counted ? 'prices of what was measured in the functions' : 'time of functions: the model’s, and 8 ms for each wait on another service'}; log bytes`,
    'left out   idle polling, storage, data transfer, free tiers, volume discounts',
    ...(usage.unbilled > 0 ? [`missing    ${count(usage.unbilled, 'record')} that do not say what was billed`] : []),
    ...(report.alternatives ? ['', ...comparison(report.alternatives, total)] : []),
  ].join('\n');
}

function comparison(found: readonly Compared[], own: number): readonly string[] {
  const rows = [
    ['this cascade', '', dollars(own), '1.00'],
    ...found.map(({ name, steps, total, ratio }) => [name, steps, dollars(total), ratio.toFixed(2)]),
  ];
  return [
    table(['the same flows by', 'computed from', 'dollars', 'times this'], rows),
    '',
    'Computed from the counted run and published prices; nothing of it was run.',
    ...(isDearer(found) ? [DEARER] : []),
  ];
}

const DEARER = 'The last tier alone is cheaper than this cascade: what comes before it costs more than it spares.';

/** A row alone may be overlooked, and is the first thing to know of a cascade; what rounds to the same is the same. */
function isDearer(found: readonly Compared[]): boolean {
  const last = found.find(({ name }) => name === LAST_TIER_ONLY);
  return last !== undefined && last.ratio < 0.995;
}

const dollars = (amount: number): string => (amount === 0 ? '0' : amount.toFixed(amount < 0.0995 ? 4 : 2));

const sum = (money: Money): number => Object.values(money).reduce((a, b) => a + b, 0);
