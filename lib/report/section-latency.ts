import { drawLatency, type LatencyRow } from './chart-latency.ts';
import { dataTable } from './data-table.ts';
import type { Report } from './figures.ts';
import { duration, percent, whole } from './format.ts';
import { type Html, html } from './html.ts';
import { placeOf } from './place.ts';
import { responsive, section } from './section.ts';

/** How long flows took at each tier, and in all. */
export function latencySection(report: Report): Html | undefined {
  const { tiers, latency, sampled } = report;
  const rows: readonly LatencyRow[] = [
    ...tiers.map((tier) => ({ name: tier.name, latency: tier.latency, place: placeOf(report, tier.name) })),
    { name: 'whole flow', latency, place: 1 },
  ].filter((row) => row.latency.flows > 0);
  if (rows.length === 0) return undefined;
  return section(
    'latency',
    'Latency',
    ['counted'],
    html`${latency.flows > 0 && html`Half of the answers came within <b>${duration(latency.p50)}</b>, 95 % within <b>${duration(latency.p95)}</b>, from the first send to the last decision. `}At a tier: from the send to its queue until it had decided, waiting in line, joins and retries included. The lines on each hill are p50 and p95; percentiles are within 1 %.${
      sampled < 1 && ` Whole flows are a random ${percent(sampled, 2)}.`
    }`,
    responsive((width) => drawLatency(rows, width)),
    dataTable(
      'latency',
      ['', 'flows', 'p5', 'p50', 'p95', 'p99', 'model, mean'],
      rows.map(({ name, latency: found }) => {
        const tier = tiers.find((one) => one.latency === found);
        return [
          name,
          whole(found.flows),
          ...[found.p5, found.p50, found.p95, found.p99].map(duration),
          tier && tier.timed > 0 ? duration(tier.modelMs / tier.timed) : '–',
        ];
      }),
    ),
  );
}
