import { drawFunnel } from './chart-funnel.ts';
import { dataTable } from './data-table.ts';
import type { FlowEnds, Report } from './figures.ts';
import { count, percent, whole } from './format.ts';
import { type Html, html, type Part } from './html.ts';
import { responsive, section } from './section.ts';

/** Where flows were answered. */
export function funnelSection(report: Report): Html {
  const { chains, tiers, flows } = report;
  return section(
    'funnel',
    'Where flows are answered',
    ['counted'],
    html`${fromText(report)} ${endsText(flows)}`,
    chains.map((names) => {
      const chain = tiers.filter(({ name }) => names.includes(name));
      return responsive((width) => drawFunnel(chain, flows, width));
    }),
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

function fromText({ chains, tiers, flows: { answered } }: Report): Part {
  const last = tiers.at(-1)!;
  if (answered === 0) return undefined;
  if (chains.length > 1) return html`<b>${count(answered, 'answer')}</b> from ${whole(chains.length)} cascades.`;
  if (tiers.length === 1) return html`<b>${count(answered, 'answer')}</b> from one tier, ${last.name}.`;
  const before = answered - last.answered;
  return html`<b>${whole(before)} of ${count(answered, 'answer')} (${percent(before / answered)})</b> came from a tier before ${last.name}, the last one.`;
}

/** How flows ended, in a sentence. */
function endsText({ ended, answered, dropped, expired, deadLettered }: FlowEnds): Part {
  if (ended === 0) return 'No flow has ended yet.';
  if (ended === answered) return 'Every flow that ended was answered.';
  return html`<b>${count(ended - answered, 'flow')} ended without an answer</b>: ${whole(dropped)} dropped, ${whole(expired)} expired, ${whole(deadLettered)} dead-lettered.`;
}
