import type { LineProblem } from '../core/log/record.ts';
import type { LogProblem } from '../runtime/log/read-decisions.ts';
import { type Io, paintNote } from './io.ts';
import { count, oneLine, shown } from './text.ts';

/** Problems told one by one; of more the numbers are enough. */
const TOLD = 5;

const WORDS: Readonly<Record<LineProblem, string>> = {
  cut: 'ends in the middle',
  broken: 'is no JSON',
  foreign: 'is no decision record',
  version: 'is of a version that this release does not know',
};

/** Tells on stderr of lines that could not be read. */
export function problemTeller(io: Io): (problem: LogProblem) => void {
  let told = 0;
  return ({ file, offset, problem, text }) => {
    told += 1;
    if (told > TOLD) return;
    io.note(
      `${paintNote('yellow', 'warning')} a line of ${shown(file)} at byte ${offset} ${WORDS[problem]}: ${oneLine(text, 60)}`,
    );
  };
}

/** How many lines were left out and why; empty where none were. */
export function problemsText(problems: Readonly<Record<LineProblem, number>>): string {
  const parts = Object.entries(problems).flatMap(([problem, n]) => (n > 0 ? [`${n} ${problem}`] : []));
  const all = Object.values(problems).reduce((sum, n) => sum + n, 0);
  return all === 0 ? '' : `${count(all, 'line was', 'lines were')} left out: ${parts.join(', ')}.`;
}
