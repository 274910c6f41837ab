import { ASSUMED } from '../cost/money.ts';
import { dataTable } from './data-table.ts';
import type { Report } from './figures.ts';
import { count, moment, percent, whole } from './format.ts';
import { type Html, html } from './html.ts';
import { section } from './section.ts';

/** How the figures came about. */
export function howSection(report: Report, made: number, notes: readonly string[]): Html {
  const { records, decisions, quality, sampled, money } = report;
  const names = [...new Set(decisions.flatMap(({ counts }) => Object.keys(counts)))].sort();
  const facts: readonly (readonly [string, string])[] = [
    [
      'read',
      `${count(records, 'decision record')} of one application. Nothing was run and no model asked to make this page.`,
    ],
    [
      'counted',
      'Flows, decisions, scores, latency, bytes and model time: sums over records. A flow counts once, where it ended, also one that was redriven after it failed.',
    ],
    ['estimated', qualityText(quality, sampled)],
    [
      'computed',
      money
        ? `Money: counted units at list prices of ${money.date}, without free tiers, discounts, storage, data transfer and idle polling. Assumed: ${whole(ASSUMED.logBytesPerInvocation)} B of function logs an invocation, decision records gzipped to ${whole(100 * ASSUMED.gzipped)} % and kept ${ASSUMED.keptMonths} months. Other means are computed from the same counts and were not run.`
        : 'Nothing: money needs records that say what was billed.',
    ],
    ...notes.map((note) => ['note', note] as const),
  ];
  return section(
    'how',
    'How this was measured',
    [],
    undefined,
    html`<dl class="how">${facts.map(([name, fact]) => html`<dt>${name}</dt><dd>${fact}</dd>`)}</dl>`,
    dataTable(
      'all decisions',
      ['', ...names],
      decisions.map(({ name, counts }) => [
        name,
        ...names.map((decision) => whole(counts[decision as keyof typeof counts] ?? 0)),
      ]),
    ),
    html`<footer>Made by sluice on ${moment(made)}. This page holds all it needs: it loads nothing.</footer>`,
  );
}

function qualityText(quality: Report['quality'], sampled: number): string {
  if (!quality) return 'Nothing: no prediction could be judged.';
  const which = sampled < 1 ? `a random ${percent(sampled, 2)} of flows, drawn by their ids` : 'all flows';
  const judged =
    quality.reference === 'labels' ? 'labels that were given' : 'what the last tier answered, where it is known';
  return `Accuracy: on ${which}: ${count(quality.flows, 'answered flow')}, compared with ${judged}. Where it is known of only some flows that a tier answered, these stand for the others. Limits are those of Clopper and Pearson.`;
}
