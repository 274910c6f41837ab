import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LocalCloud, openCloud } from '../../lib/local/index.ts';
import { account, isClean } from './account.ts';
import { fateOf } from './fates.ts';
import { createLedger, flowId, type Ledger } from './ledger.ts';

const FLOWS = 200;
const ID = 'aaaaaaaa-0000-5000-8000-000000000000';
const OTHER_ID = 'bbbbbbbb-0000-5000-8000-000000000000';

let cloud: LocalCloud;
beforeEach(async () => {
  cloud = await openCloud({ dir: ':memory:' });
});
afterEach(() => cloud.close());

test('an account of flows that all ended as they were meant to is clean', async () => {
  const found = await account(await ended(), cloud);
  expect(found).toMatchObject({
    flows: FLOWS,
    lost: 0,
    doubled: 0,
    untold: 0,
    leftInTable: 0,
    otherwise: {},
    examples: {},
  });
  expect(found.ends).toEqual({ answered: 184, 'dead-lettered': 6, dropped: 4, expired: 6 });
  expect(isClean(found)).toBe(true);
});

const HARD = numberOf('hard');
const HARDEST = numberOf('hardest');

interface Faulty {
  readonly without?: number;
  readonly silent?: number;
  readonly unmarked?: number;
}
type Spoil = (ledger: Ledger) => void | Promise<void>;

test.each<[string, Faulty, Spoil]>([
  ['lost', { without: HARD }, () => undefined],
  ['doubled', {}, (ledger: Ledger) => void ledger.answer(flowId(HARD), OTHER_ID)],
  ['doubled', {}, (ledger: Ledger) => void ledger.tell(flowId(HARD), OTHER_ID)],
  ['doubled', {}, (ledger: Ledger) => void ledger.end(flowId(HARD), 'expired')],
  ['untold', { silent: HARD }, () => undefined],
  ['unmarked', {}, () => mark(HARDEST, OTHER_ID)],
  ['unmarked', { unmarked: HARDEST }, () => undefined],
  ['leftInTable', {}, () => park(HARD, { expiresAt: 2e9 })],
  ['leftInTable', {}, () => park(HARD, { done: ID })],
])('it finds what is %s', async (fault, options, spoil) => {
  const ledger = await ended(options);
  await spoil(ledger);
  const found = await account(ledger, cloud);
  expect(found.examples).toEqual({ [fault]: [flowId(fault === 'unmarked' ? HARDEST : HARD)] });
  expect(isClean(found)).toBe(false);
});

test('an end other than meant is told, and is no fault', async () => {
  const ledger = await ended({ without: HARD });
  ledger.end(flowId(HARD), 'expired');
  ledger.tell(flowId(HARD));
  const found = await account(ledger, cloud);
  expect(found.otherwise).toEqual({ 'hard: expired': 1 });
  expect(isClean(found)).toBe(true);
});

function numberOf(name: string): number {
  return Array.from({ length: FLOWS }, (_, n) => n).find((n) => fateOf(n).name === name)!;
}

/** Flows that have ended as meant, but for the one that an option names. */
async function ended(options: Faulty = {}): Promise<Ledger> {
  const ledger = createLedger();
  for (let n = 0; n < FLOWS; n += 1) {
    const { end, once } = fateOf(n);
    ledger.send(n);
    if (once && n !== options.unmarked) await mark(n, ID);
    if (n === options.without) continue;
    if (end === 'answered') ledger.answer(flowId(n), ID);
    else ledger.end(flowId(n), end);
    if (n !== options.silent) ledger.tell(flowId(n));
  }
  return ledger;
}

async function mark(n: number, done: string): Promise<void> {
  await cloud.table.update({ key: `once#dearest#${flowId(n)}`, set: { done, expiresAt: 2e9 } });
}

async function park(n: number, item: Readonly<Record<string, string | number>>): Promise<void> {
  await cloud.table.update({ key: `join#dear#${flowId(n)}`, set: item });
}
