import { onTestFinished } from 'vitest';
import { awsCloud } from '../../lib/aws/index.ts';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import type { Envelope } from '../../lib/core/envelope.ts';
import type { AnyTier } from '../../lib/core/tier-types.ts';
import type { Cloud } from '../../lib/index.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import { systemClock } from '../../lib/runtime/system.ts';
import { ENDPOINT } from '../aws/endpoint.ts';
import { graphOf } from '../aws-handler/harness.ts';
import { clientsAt } from './clients.ts';
import { collected, type Functions, type FunctionsOptions, functionsOf } from './functions.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { makeResources, type Resources } from './resources.ts';

/** A cascade on AWS whose functions reach it through a gateway that can be told to misbehave. */
export interface FaultyCascade extends Functions {
  readonly gateway: Gateway;
  readonly resources: Resources;
  /** What the functions work with. */
  readonly cloud: Cloud;
  /** AWS without the gateway: the event source's, and the test's own. */
  readonly direct: Cloud;
  /** Puts the functions' clock forward. */
  advance(ms: number): void;
  readonly records: readonly DecisionRecord[];
  /** What was decided about a flow, as `tier:decision`. */
  decisions(flow: string): readonly string[];
  /** What waits on the answers queue; it stays there. */
  answers(): Promise<readonly Envelope[]>;
  /** The same functions deployed with something else. */
  redeployed(changes: Partial<FunctionsOptions>): Functions;
}

/** Deploys tiers anew: queues, table, bucket, gateway. */
export async function faultyCascade(
  tiers: readonly AnyTier[],
  options: { readonly attempts?: number } & Pick<FunctionsOptions, 'config'> = {},
): Promise<FaultyCascade> {
  const { attempts, config } = options;
  const gateway = await startGateway(ENDPOINT!);
  onTestFinished(() => gateway.down());
  const own = clientsAt(ENDPOINT!);
  const resources = await makeResources(graphOf(tiers).queues, own);
  let ahead = 0;
  const clock: Clock = { now: () => systemClock.now() + ahead, sleep: systemClock.sleep };
  const { records, decisions } = collected();
  const direct = awsCloud({ ...resources, clients: own, decisions });
  const clients = clientsAt(gateway.url, attempts === undefined ? {} : { attempts });
  const cloud = awsCloud({ ...resources, clients, clock, decisions });
  const deployed: FunctionsOptions = { tiers, mapping: direct, cloud, ...(config && { config }) };
  return {
    ...functionsOf(deployed),
    gateway,
    resources,
    cloud,
    direct,
    advance(ms) {
      ahead += ms;
    },
    records,
    decisions: (flow) => records.filter((r) => r.flow === flow).map((r) => `${r.tier}:${r.decision}`),
    async answers() {
      const messages = await direct.queue('answers').receive({ max: 1_000, visibilityMs: 1_000, waitMs: 0 });
      await direct.queue('answers').hide(
        messages.map(({ receipt }) => receipt),
        0,
      );
      return messages.map(({ body }) => JSON.parse(body) as Envelope);
    },
    redeployed: (changes) => functionsOf({ ...deployed, ...changes }),
  };
}
