import { report } from '../common/apart.ts';
import type { Contender } from './contender.ts';
import { measureHandler } from './measure.ts';

const CONTENDERS: Readonly<Record<string, () => Promise<Contender>>> = {
  sluice: async () => (await import('./sluice.ts')).sluiceHandler('at-least-once'),
  'sluice, once': async () => (await import('./sluice.ts')).sluiceHandler('once'),
  'Powertools batch + idempotency': async () => (await import('./powertools.ts')).powertoolsHandler(),
  'middy, sqs-partial-batch-failure': async () => (await import('./middy.ts')).middyHandler(),
};

/** One contender in a process of its own: `node measure-run.ts <name> <events>`. */
const [name = 'sluice', events = '1000'] = process.argv.slice(2);
report(await measureHandler(await CONTENDERS[name]!(), Number(events)));
