import Table from 'cli-table3';
import type { Checks } from './checks.ts';
import type { VersionFigures } from './figures.ts';

/** What the demo measured; `--json` prints it. */
export interface SwapFigures {
  readonly flows: number;
  readonly answered: number;
  readonly seconds: number;
  readonly versions: readonly VersionFigures[];
  readonly checks: Checks;
  /** Whether every check is 0. */
  readonly good: boolean;
  readonly picture: string;
}

/** The figures for people: every number is of this run. */
export function report({ flows, answered, seconds, versions, checks, good, picture }: SwapFigures): string {
  return [
    '',
    versionTable(versions),
    '',
    ...timeline(versions),
    '',
    `flows        ${answered} of ${flows} answered, ${checks.lost} lost, ${checks.duplicated} answered twice, ${checks.deadLettered} dead letters · ${seconds.toFixed(1)} s`,
    `versions     ${checks.unnamed} predictions without one version, ${checks.misnamed} answers that the named version would not have given`,
    `picture      ${picture}`,
    ...(good ? [] : ['', `This must not be: ${JSON.stringify(checks)}`]),
  ].join('\n');
}

function versionTable(versions: readonly VersionFigures[]): string {
  const table = new Table({
    head: ['version', 'model', 'became', 'answered by small', 'accuracy', 'escalated', 'model time'],
    colAligns: ['right', 'left', 'left', ...Array<'right'>(4).fill('right')],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  for (const { version, title, became, answered, accuracy, escalated, modelMs } of versions) {
    table.push([version, title, became, answered, percent(accuracy), percent(escalated), ms(modelMs)]);
  }
  return table.toString();
}

/** What happened when: a line for each message and one for what became of it. */
function timeline(versions: readonly VersionFigures[]): readonly string[] {
  return versions
    .flatMap(({ version, title, became, reason, sentAt, decidedAt }) =>
      became === 'first'
        ? [{ at: 0, says: `photos flow; version ${version} serves: ${title}` }]
        : [
            { at: sentAt, says: `version ${version} sent: ${title}` },
            ...(became === 'nothing' ? [] : [{ at: decidedAt, says: `version ${version} ${became}: ${reason}` }]),
          ],
    )
    .map(({ at, says }) => `${at.toFixed(1).padStart(6)} s     ${says}`);
}

const percent = (share: number | undefined): string => (share === undefined ? '–' : `${(share * 100).toFixed(1)} %`);
const ms = (value: number | undefined): string => (value === undefined ? '–' : `${value.toFixed(2)} ms`);
