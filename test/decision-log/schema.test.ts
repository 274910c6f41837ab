import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readRecord } from '../../lib/core/log/record.ts';
import { ROOT } from '../docs/markdown.ts';
import { verdictRecord } from './logs.ts';

const source = readFileSync(`${ROOT}lib/core/decision.ts`, 'utf8');
const page = readFileSync(`${ROOT}docs/decision-log.md`, 'utf8');

/** Names in the first column of the table under a heading; `name?` is optional. */
function named(heading: string): readonly string[] {
  const [, section = ''] = page.split(`## ${heading}\n`);
  const rows = section
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`([\w?]+)`/g)].map(([, name]) => name!));
}

test('the page names every field of a record, and whether it is always there', () => {
  const body = /export interface DecisionRecord \{([\s\S]*?)\n\}/.exec(source)?.[1] ?? '';
  const fields = [...body.matchAll(/^ {2}readonly (\w+\??):/gm)].map(([, name]) => name!);
  expect(fields.length).toBeGreaterThan(20);
  expect([...named('Fields')].sort()).toEqual([...fields].sort());
});

test('the page names every decision, and the reader takes them all and no other', () => {
  const union = /export type Decision =([^;]+);/.exec(source)?.[1] ?? '';
  const decisions = [...union.matchAll(/'(\w+)'/g)].map(([, name]) => name!);
  expect(decisions.length).toBeGreaterThan(10);
  expect([...named('Decisions')].sort()).toEqual([...decisions].sort());
  const read = (decision: string): unknown => readRecord(JSON.stringify({ ...verdictRecord(), decision }));
  for (const decision of decisions) expect(read(decision)).toMatchObject({ decision });
  expect(read('guessed')).toBe('foreign');
});
