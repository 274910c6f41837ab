import type { Report } from './figures.ts';
import { count, dollars, duration, percent, period, whole } from './format.ts';
import { type Html, html } from './html.ts';
import { bytesOf, bytesSection } from './section-bytes.ts';
import { funnelSection } from './section-funnel.ts';
import { howSection } from './section-how.ts';
import { latencySection } from './section-latency.ts';
import { moneySection } from './section-money.ts';
import { referenceText, reliabilitySection, tradeoffSection } from './section-quality.ts';
import { scoresSection } from './section-scores.ts';
import { STYLE } from './style.ts';

/** What a page says of itself. */
export interface PageOptions {
  /** When it was made, ms since the epoch. */
  readonly made: number;
  /** Sentences about how it was made, for its last section. */
  readonly notes?: readonly string[];
}

/** Forbids everything but the page's own style: whatever a log holds, nothing is run and nothing loaded. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** The report as one HTML page that needs nothing else. */
export function reportPage(report: Report, { made, notes = [] }: PageOptions): string {
  const { application, tiers } = report;
  const body =
    tiers.length === 0
      ? [emptyText(report), howSection(report, made, notes)]
      : [
          tiles(report),
          funnelSection(report),
          tradeoffSection(report),
          reliabilitySection(report),
          scoresSection(report),
          latencySection(report),
          bytesSection(report),
          moneySection(report),
          howSection(report, made, notes),
        ];
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${{ markup: POLICY }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${application} · sluice report</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
<main>
<p class="kicker">sluice report</p>
<h1>${application}</h1>
<p class="when">${whenText(report)}</p>
${body}
</main>
</body>
</html>
`.markup;
}

function whenText({ from, to, records, tiers }: Report): string {
  if (from === undefined || to === undefined) return 'no records';
  return `${period(from, to)} · ${count(records, 'decision record')} · ${count(tiers.length, 'tier')}`;
}

function emptyText({ records }: Report): Html {
  const reason =
    records === 0
      ? 'The log has no record of this application. Run some flows, or name another log.'
      : 'The log has records of this application, and no decision of a tier among them.';
  return html`<section><p class="empty">${reason}</p></section>`;
}

/** The figures that come first. */
function tiles(report: Report): Html {
  const { flows, chains, tiers, quality, latency, money } = report;
  const { declared, left } = bytesOf(tiers);
  const last = tiers.at(-1)!;
  const shown: readonly (readonly [figure: string, what: string] | false | undefined)[] = [
    [whole(flows.ended), endsText(flows)],
    quality?.cascade && [percent(quality.cascade.share), `of answers right, ${referenceText(quality)}`],
    chains.length === 1 &&
      tiers.length > 1 &&
      flows.answered > 0 && [
        percent(1 - last.answered / flows.answered),
        `answered before ${last.name}, the last tier`,
      ],
    latency.flows > 0 && [duration(latency.p50), `median time to the answer; 95 % within ${duration(latency.p95)}`],
    declared > 0 && [percent(left / declared), 'of object bytes never moved'],
    money && [dollars(money.total), 'a million flows, at list prices'],
  ];
  return html`<dl class="tiles">${shown.map((tile) => tile && html`<div><dt>${tile[1]}</dt><dd>${tile[0]}</dd></div>`)}</dl>`;
}

function endsText({ ended, answered }: Report['flows']): string {
  if (ended === 0) return 'flows ended';
  return ended === answered ? 'flows, all answered' : `flows ended, ${percent(answered / ended)} answered`;
}
