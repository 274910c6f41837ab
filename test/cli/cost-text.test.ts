import { expect, test } from 'vitest';
import { costText } from '../../lib/cli/cost-text.ts';
import { LAST_TIER_ONLY } from '../../lib/cost/alternatives.ts';
import { ASSUMED, NO_MONEY } from '../../lib/cost/money.ts';

const SAYS = 'The last tier alone is cheaper than this cascade';

const textWith = (lastTier: number): string =>
  costText({
    application: 'a',
    region: 'us-east-1',
    prices: { date: '2026-11-22', sources: [] },
    usage: { flows: 1, answered: 1, sent: 1, tiers: [], unbilled: 0 },
    perMillion: { total: 2, money: NO_MONEY, tiers: [] },
    assumed: ASSUMED,
    alternatives: [
      { name: LAST_TIER_ONLY, steps: 's', money: NO_MONEY, total: lastTier, ratio: lastTier / 2 },
      { name: 'another', steps: 's', money: NO_MONEY, total: 1, ratio: 0.5 },
    ],
  });

test('where the last tier alone is cheaper, the comparison says so in words', () => {
  expect(textWith(1.5)).toContain(SAYS);
  expect(textWith(2.5)).not.toContain(SAYS);
  // A cascade of one tier is its last tier, whatever the last digit says.
  expect(textWith(2 - 1e-12)).not.toContain(SAYS);
});
