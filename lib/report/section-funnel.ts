import { drawFunnel } from './chart-funnel.ts';
import { dataTable } from './data-table.ts';
import type { Report } from './figures.ts';
import { count, percent, whole } from './format.ts';
import { type Html, html } from './html.ts';
import { responsive, section } from './section.ts';

/** Where flows were answered. */
export function funnelSection({ tiers, flows }: Report): Html {
  const last = tiers.at(-1)!;
  const before = flows.answered - last.answered;
  const lost = flows.ended - flows.answered;
  const share = percent(flows.answered === 0 ? 0 : before / flows.answered);
  return section(
    'funnel',
    'Where flows are answered',
    ['counted'],
    html`${
      tiers.length > 1
        ? html`<b>${whole(before)} of ${count(flows.answered, 'answer')} (${share})</b> came from a tier before ${last.name}, the last one.`
        : html`<b>${count(flows.answered, 'answer')}</b> from one tier, ${last.name}.`
    } ${
      lost === 0
        ? 'Every flow that ended was answered.'
        : html`<b>${count(lost, 'flow')} ended without an answer</b>: ${whole(flows.dropped)} dropped by gates, ${whole(flows.expired)} expired, ${whole(flows.deadLettered)} dead-lettered.`
    }`,
    responsive((width) => drawFunnel(tiers, flows, width)),
    dataTable(
      'flows by tier',
      [
        'tier',
        'came',
        'answered',
        'of them unsure',
        'escalated',
        'dropped',
        'expired',
        'dead-lettered',
        'predicted in shadow',
      ],
      tiers.map((tier) => [
        tier.name,
        ...[
          tier.came,
          tier.answered,
          tier.exhausted,
          tier.escalated,
          tier.dropped,
          tier.expired,
          tier.deadLettered,
          tier.audited,
        ].map(whole),
      ]),
    ),
  );
}
