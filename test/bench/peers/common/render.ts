import type { Benchmarks, Column, Goal, Row, Scenario, Table } from './document.ts';

/** The page `docs/benchmarks.md`: every figure of it comes from the document. */
export function renderBenchmarks(document: Benchmarks): string {
  const { command, date, machine, versions, quick, scenarios } = document;
  const { processor, processors, memoryGiB, system, node } = machine;
  return `${[
    '# Benchmarks',
    'sluice beside what its users would use instead, in one run on one machine. This page is written by the command below from',
    '[benchmarks.json](benchmarks.json), which the same run wrote: no figure is typed by hand.',
    '',
    '```sh',
    command,
    '```',
    '',
    `Measured on ${date} with ${node} on ${processors} processors (${processor}), ${memoryGiB} GiB, ${system}.`,
    ...(quick ? ['**A quick run: too few rounds to rely on.**'] : []),
    'Other machines give other figures; the ratios travel better than the times. Contenders run in turn, round by round, so that',
    'what else the machine does hits each alike; figures are medians over the rounds, and the load (1-minute average of processes',
    'that want to run, before and after) is told with each table. Above the number of processors, they waited for each other.',
    '',
    '## Goals',
    '',
    ...markdown(
      GOALS,
      scenarios.flatMap(({ goals }) => goals.map(goalRow)),
    ),
    '',
    ...scenarios.flatMap(scenarioLines),
    '## Versions',
    '',
    ...markdown(
      [
        { key: 'name', title: 'package' },
        { key: 'version', title: 'version' },
      ],
      Object.entries(versions).map(([name, version]) => ({ name, version })),
    ),
  ].join('\n')}\n`.replace('# Benchmarks\n', '# Benchmarks\n\n');
}

/** A table for the terminal and for Markdown: its title, then its rows. */
export function tableLines({ columns, rows }: Table): string[] {
  return markdown(columns, rows);
}

const GOALS: readonly Column[] = [
  { key: 'text', title: 'goal' },
  { key: 'limit', title: 'limit' },
  { key: 'measured', title: 'measured' },
  { key: 'met', title: 'met' },
];

/** A goal as a row of the table of goals. */
export function goalRow({ text, limit, measured, met }: Goal): Row {
  return { text, limit: String(limit), measured: String(Number(measured.toPrecision(3))), met: met ? 'yes' : '**no**' };
}

function scenarioLines({ title, about, tables, load, seconds }: Scenario): string[] {
  return [
    `## ${title}`,
    '',
    ...about.flatMap((paragraph) => [paragraph, '']),
    ...tables.flatMap((table) => [`**${table.title}**`, '', ...tableLines(table), '']),
    `Load ${load[0]} before and ${load[1]} after; ${seconds} s.`,
    '',
  ];
}

function markdown(columns: readonly Column[], rows: readonly Row[]): string[] {
  const numeric = (column: Column) => rows.some((row) => typeof row[column.key] === 'number');
  return [
    line(columns.map(({ title }) => title)),
    line(columns.map((column) => (numeric(column) ? '---:' : '---'))),
    ...rows.map((row) => line(columns.map((column) => cell(row[column.key], column)))),
  ];
}

function cell(value: string | number | null | undefined, { digits = 0, share }: Column): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  return share ? `${(100 * value).toFixed(digits)} %` : value.toFixed(digits);
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
