import type { CheckResult } from '../testing/index.ts';
import { paintNote } from './io.ts';
import { count } from './text.ts';

/** The last line of a simulation as JSON has it. */
export function summaryJson({ seeds, violations, seconds, ends, faults }: CheckResult): object {
  return { seeds, violations, seconds, ends, faults };
}

/** What was run, how it went, how flows ended, and which faults they met. */
export function summaryText({ seeds, violations, seconds, ends, faults }: CheckResult, flows: number): string {
  const rate = seconds > 0 ? Math.round(seeds / seconds) : 0;
  const verdict = violations === 0 ? 'no law broken' : paintNote('red', `laws broken in ${count(violations, 'world')}`);
  const speed = `${seconds.toFixed(1)} s, ${rate} worlds/s`;
  const { deadLettered, ...others } = ends;
  const letters = total(deadLettered);
  const how = [
    ...some({ answered: ends.answered }),
    ...(letters > 0 ? [`${letters} dead-lettered (${some(deadLettered).join(', ')})`] : []),
    ...some({ ...others, answered: 0 }),
  ];
  const happened = some(faults);
  return [
    `${count(seeds, 'world')} of ${count(flows, 'flow')}: ${verdict} (${speed})`,
    ...(how.length > 0 ? [`  ${count(letters + total(others), 'flow')}: ${how.join(', ')}`] : []),
    happened.length > 0 ? `  faults: ${happened.join(', ')}` : '  no faults',
  ].join('\n');
}

/** What to think of where no law was broken because nothing came of anything. */
export function unansweredText({ seeds, ends }: CheckResult): string | undefined {
  if (seeds === 0 || ends.answered > 0) return undefined;
  const hint = 'laws about answers had nothing to look at. Is what is sent what the tiers take?';
  return `${paintNote('yellow', 'no flow was answered')}: ${hint}`;
}

/** Counts above 0, the highest first. */
function some(counts: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(counts)
    .filter(([, n]) => n > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name, n]) => `${n} ${name}`);
}

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, n) => sum + n, 0);
