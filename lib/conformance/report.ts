import type { CheckResult } from './run.ts';

/** Results as a Markdown table: a row a check, what differs beside it. */
export function conformanceTable(results: readonly CheckResult[]): string {
  const rows = results.map(({ port, name, status, known, problem }) => {
    const why = status === 'fail' ? (problem ?? '') : status === 'difference' ? (known ?? '') : '';
    return `| ${port} | ${name} | ${status} | ${why.replaceAll('|', '\\|').replaceAll('\n', ' ')} |`;
  });
  return ['| port | check | result | why |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** One line that says how many checks went how. */
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
