import type { CheckResult } from './run.ts';

/**
 * Results as a Markdown table: a row a check, what differs beside it.
 *
 * @example
 * ```ts
 * import { conformanceTable } from 'sluice/conformance';
 *
 * const rows = conformanceTable([{ port: 'queue', name: 'forgets nothing', status: 'pass', ms: 3 }]).split('\n');
 * console.log(rows[2]); // | queue | forgets nothing | pass |  |
 * ```
 */
export function conformanceTable(results: readonly CheckResult[]): string {
  const rows = results.map(({ port, name, status, known, problem }) => {
    const why = status === 'fail' ? (problem ?? '') : status === 'difference' ? (known ?? '') : '';
    return `| ${port} | ${name} | ${status} | ${why.replaceAll('|', '\\|').replaceAll('\n', ' ')} |`;
  });
  return ['| port | check | result | why |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/**
 * One line that says how many checks went how.
 *
 * @example
 * ```ts
 * import { conformanceSummary } from 'sluice/conformance';
 *
 * const results = [{ port: 'queue', name: 'forgets nothing', status: 'pass', ms: 3 }] as const;
 * console.log(conformanceSummary('mine', results)); // mine: 1 of 1 checks pass, 0 known differences, 0 failures
 * ```
 */
export function conformanceSummary(name: string, results: readonly CheckResult[]): string {
  const count = (status: CheckResult['status']): number => results.filter((result) => result.status === status).length;
  const skipped = count('skipped');
  const asked = results.length - skipped;
  return [
    `${name}: ${count('pass')} of ${asked} checks pass`,
    `${count('difference')} known differences`,
    `${count('fail')} failures`,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(', ');
}
