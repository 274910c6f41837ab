import type { Graph, QueueSpec } from '../core/plan.ts';
import { type LocalCloud, openCloud } from '../local/cloud.ts';
import type { Cloud } from '../ports/cloud.ts';
import type { CloudFacts, QueueFacts } from '../runtime/checkup/facts.ts';
import { readOutputs } from './outputs.ts';
import { hasRunner, openStore, type Place } from './place.ts';

/** An application's cloud, opened for one command. */
export interface Opened {
  readonly cloud: Cloud;
  /** Names of the queues there are. */
  readonly queues: readonly string[];
  /** The cloud as it is, whatever the tier files say. */
  facts(): Promise<CloudFacts>;
  close(): Promise<void>;
}

/** Opens what the options mean: a deployed cascade, or the durable folder beside its runner. */
export async function openPlace(place: Place, graph?: Graph): Promise<Opened> {
  return place.outputs === undefined ? openKept(place, await openStore(place), graph) : openDeployed(place);
}

/** The same for a sender: the durable folder is made where there is none yet. */
export async function openToSend(place: Place, graph?: Graph): Promise<Opened> {
  if (place.outputs !== undefined) return openDeployed(place);
  return openKept(place, await openCloud({ dir: place.dir, role: 'client' }), graph);
}

function openKept(place: Place, cloud: LocalCloud, graph: Graph | undefined): Opened {
  // The runner may start later than the first message is sent.
  if (graph) cloud.declare(graph.queues);
  const specs = cloud.queues();
  return {
    cloud,
    queues: specs.map(({ name }) => name),
    facts: async () => {
      const oldest = cloud.oldest();
      const now = cloud.clock.now();
      const look = async (spec: QueueSpec): Promise<QueueFacts> => {
        const sentAt = oldest.get(spec.name);
        const depth = await cloud.queue(spec.name).depth();
        return { ...spec, depth, ...(sentAt !== undefined && { oldestMs: now - sentAt }) };
      };
      const queues = await Promise.all(specs.map(look));
      return { queues, expires: undefined, versions: undefined, running: hasRunner(place) };
    },
    close: () => cloud.close(),
  };
}

async function openDeployed(place: Place): Promise<Opened> {
  const output = await readOutputs(place.outputs!, place.name);
  // Loaded here alone: the SDK would cost every other command its start.
  const [{ awsCloud }, { inspectDeployed }] = await Promise.all([
    import('../aws/index.ts'),
    import('../aws/inspect.ts'),
  ]);
  return {
    cloud: awsCloud(output),
    queues: Object.keys(output.queues),
    facts: async () => ({ ...(await inspectDeployed(output)), versions: output.versions, running: undefined }),
    close: async () => undefined,
  };
}
