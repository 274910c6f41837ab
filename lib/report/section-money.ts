import { ASSUMED, CLIENTS, type Money, total } from '../cost/money.ts';
import { bars } from './bars.ts';
import { dataTable } from './data-table.ts';
import type { MoneyFigures, Report } from './figures.ts';
import { count, dollars } from './format.ts';
import { type Html, html } from './html.ts';
import { placeOf } from './place.ts';
import { section } from './section.ts';

const SERVICES = [
  ['lambda', 'Lambda'],
  ['sqs', 'SQS'],
  ['dynamodb', 'DynamoDB'],
  ['s3', 'S3'],
  ['logs', 'logs'],
] as const satisfies readonly (readonly [keyof Money, string])[];

/** What a million such flows cost at list prices, by tier, and beside other ways to run the same. */
export function moneySection(report: Report): Html {
  const { money } = report;
  if (!money) {
    return section(
      'money',
      'Money',
      ['computed'],
      undefined,
      html`<p class="empty">The records do not say what was billed: a flow must have ended, in a log of this release.</p>`,
    );
  }
  return section(
    'money',
    'Money',
    ['computed'],
    html`<b>${dollars(money.total)} for a million such flows</b> in ${money.region}, at list prices of ${money.date}: calls, requests and units as counted in this run; time of functions ${measuredText(money)}, ${memoryText(money)}.${money.unbilled > 0 && ` ${count(money.unbilled, 'record')} do not say what was billed and count as nothing.`}`,
    bars(tierBars(report, money)),
    html`<h3>The same flows by other means</h3>`,
    bars(alternativeBars(money)),
    dataTable(
      'dollars for a million flows, by tier and service',
      ['', ...SERVICES.map(([, name]) => name), 'all'],
      [...money.tiers.map(({ name, money: m }) => row(name, m)), row('all', money.money)],
    ),
    dataTable(
      'dollars for a million flows, by other means',
      ['', 'computed from', 'dollars', 'times this cascade'],
      money.alternatives.map((one) => [one.name, one.steps, dollars(one.total), (one.total / money.total).toFixed(2)]),
    ),
  );
}

const row = (name: string, money: Money): readonly string[] => [
  name,
  ...SERVICES.map(([service]) => dollars(money[service])),
  dollars(total(money)),
];

const measuredText = ({ tiers }: MoneyFigures): string =>
  tiers.some(({ msFrom }) => msFrom === 'measured')
    ? 'as measured in them'
    : `computed from the models’ and ${ASSUMED.callMs} ms for each wait on another service`;

const memoryText = ({ memoryKnown }: MoneyFigures): string =>
  memoryKnown ? 'memory as the tiers ask for, 1,024 MiB where they do not' : 'memory taken to be 1,024 MiB';

function tierBars(report: Report, money: MoneyFigures): Parameters<typeof bars>[0] {
  const paid = money.tiers.toSorted((a, b) => total(b.money) - total(a.money));
  const most = total(paid[0]!.money);
  return paid.map(({ name, money: own }) => {
    const isTier = report.tiers.some((tier) => tier.name === name);
    const dearest = SERVICES.filter(([service]) => own[service] > 0)
      .toSorted(([a], [b]) => own[b] - own[a])
      .map(([service, label]) => `${label} ${dollars(own[service])}`);
    return {
      name: name === CLIENTS ? 'clients that send' : name,
      figure: dollars(total(own)),
      note: dearest.join(' · '),
      ...(isTier && { place: placeOf(report, name) }),
      parts: [{ share: total(own) / most, kind: isTier ? 'tier' : 'plain', says: dollars(total(own)) }],
    };
  });
}

function alternativeBars({ alternatives, total: own }: MoneyFigures): Parameters<typeof bars>[0] {
  const others = alternatives.toSorted((a, b) => a.total - b.total);
  const all = [{ name: 'this cascade', steps: 'as it ran', total: own }, ...others];
  const most = Math.max(...all.map((one) => one.total));
  return all.map((one, i) => ({
    name: one.name,
    figure: dollars(one.total),
    note: one.steps,
    parts: [{ share: one.total / most, kind: i === 0 ? 'own' : 'plain', says: dollars(one.total) }],
  }));
}
