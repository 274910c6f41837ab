import { parseArgs } from 'node:util';
import { runDemo } from '../../functions/photos/demo/run.ts';
import { forecast, visitsOf } from '../../lib/cost/forecast.ts';
import { addMoney, moneyOf, total } from '../../lib/cost/money.ts';
import { pricesOf } from '../../lib/cost/prices.ts';
import { type Usage, usageCounter } from '../../lib/cost/usage.ts';
import { loadApplication } from '../../lib/runtime/application.ts';

/** `npm run bench:forecast`: what a run on the validation photos says the photos of the demo will cost, and what they did. */
const { values } = parseArgs({ options: { json: { type: 'boolean' }, flows: { type: 'string', default: '2000' } } });
const prices = pricesOf('us-east-1');
const { graph } = await loadApplication('functions/photos');
const memory = new Map(graph.tiers.map(({ tier }) => [tier.name, tier.memory ?? 1_024]));
const billOf = (usage: Usage) => moneyOf(usage, (tier) => memory.get(tier) ?? 1_024, prices);

const seen = await usageIn('validation', 2 * Number(values.flows));
const held = await usageIn('photos', Number(values.flows));
const predicted = total(forecast(seen, billOf(seen), visitsOf(seen), held.flows));
const counted = total(addMoney(billOf(held).map(({ money }) => money)));
const perMillion = (dollars: number): number => (dollars / held.flows) * 1e6;
const figures = {
  seen: seen.flows,
  heldOut: held.flows,
  predictedPerMillion: perMillion(predicted),
  countedPerMillion: perMillion(counted),
  ratio: predicted / counted,
};
console.log(
  values.json
    ? JSON.stringify(figures)
    : `predicted from ${figures.seen} flows: $${figures.predictedPerMillion.toFixed(4)} per million\n` +
        `counted on ${figures.heldOut} others:  $${figures.countedPerMillion.toFixed(4)} per million\n` +
        `ratio ${figures.ratio.toFixed(4)}`,
);

async function usageIn(set: 'photos' | 'validation', flows: number): Promise<Usage> {
  const counter = usageCounter();
  await runDemo({ flows, dir: ':memory:', set, onDecisions: (records) => records.forEach(counter.add) });
  return counter.usage();
}
