import { bars } from './bars.ts';
import { dataTable } from './data-table.ts';
import type { Report } from './figures.ts';
import { bytes, percent } from './format.ts';
import { type Html, html } from './html.ts';
import { placeOf } from './place.ts';
import { section } from './section.ts';

/** Object bytes that references named, and those that were fetched. */
export function bytesSection(report: Report): Html | undefined {
  const { tiers } = report;
  const { declared, fetched, left } = bytesOf(tiers);
  if (declared === 0) return undefined;
  const most = Math.max(...tiers.map((tier) => Math.max(tier.declared, tier.fetched)));
  const shown = tiers
    .map((tier) => ({ tier, place: placeOf(report, tier.name) }))
    .filter(({ tier }) => tier.declared + tier.fetched > 0);
  return section(
    'bytes',
    'Bytes not moved',
    ['counted'],
    html`Messages carried references to <b>${bytes(declared)}</b> of objects; tiers fetched <b>${bytes(fetched)}</b> of them. <b>${percent(left / declared)} never moved.</b>`,
    bars(
      shown.map(({ tier, place }) => {
        const kept = Math.max(0, tier.declared - tier.fetched);
        return {
          name: tier.name,
          place,
          figure: `${bytes(tier.fetched)} fetched`,
          note: `${bytes(kept)} of ${bytes(tier.declared)} not moved`,
          parts: [
            { share: tier.fetched / most, kind: 'tier', says: `${bytes(tier.fetched)} fetched` },
            { share: kept / most, kind: 'plain', says: `${bytes(kept)} not moved` },
          ],
        };
      }),
    ),
    dataTable(
      'bytes by tier',
      ['tier', 'named by references', 'fetched', 'not moved'],
      shown.map(({ tier }) => [
        tier.name,
        ...[tier.declared, tier.fetched, Math.max(0, tier.declared - tier.fetched)].map(bytes),
      ]),
    ),
  );
}

/** Over all tiers. What a later tier fetched again may be more than was named. */
export function bytesOf(tiers: Report['tiers']): {
  readonly declared: number;
  readonly fetched: number;
  readonly left: number;
} {
  const declared = tiers.reduce((sum, tier) => sum + tier.declared, 0);
  const fetched = tiers.reduce((sum, tier) => sum + tier.fetched, 0);
  return { declared, fetched, left: Math.max(0, declared - fetched) };
}
