import type { Command } from 'commander';
import type { Graph, TierPlan } from '../core/plan.ts';
import type { QueueDepth } from '../ports/queue.ts';
import { loadApplication } from '../runtime/application.ts';
import { withCloudOptions, withHelp, withWork } from './command.ts';
import { EXIT, type Failure, toFailure } from './failure.ts';
import { failureJson, failureText } from './failure-report.ts';
import { type CommonOptions, paint } from './io.ts';
import { openPlace } from './opened.ts';
import { applicationNames, findPlace, hasRunner, hasStore, type Place, placeOf } from './place.ts';
import { table } from './table.ts';

/** `sluice list`: what there is and what waits in it. */
export function addList(program: Command): void {
  const command = program
    .command('list [application]')
    .summary('list applications, tiers and what waits')
    .description('List applications, their tiers, and what waits in their queues.');
  withHelp(withCloudOptions(command), [
    ['list', 'every application in ./functions'],
    ['list photos --json', 'one of them, for other programs'],
    ['list photos --outputs outputs.json', 'what waits in the deployed one'],
  ]);
  withWork<CommonOptions>(command, async (io, options, [name]) => {
    const one = name ?? options.application;
    const first = await findPlace(
      one === undefined ? { ...options, application: (await applicationNames())[0]! } : options,
      one,
    );
    const places = one === undefined ? (await applicationNames()).map((n) => placeOf(n, options)) : [first];
    const listed: Listed[] = [];
    for (const place of places) listed.push(await look(place));
    if (io.json) await io.value(listed.map(listedJson));
    for (const entry of listed) io.say(`${listedText(entry)}\n`);
    return listed.some((entry) => 'failure' in entry) ? EXIT.failed : EXIT.ok;
  });
}

type Listed =
  | { readonly place: Place; readonly failure: Failure }
  | {
      readonly place: Place;
      readonly graph: Graph;
      readonly running: boolean | undefined;
      readonly depths: Depths | undefined;
    };

type Depths = ReadonlyMap<string, QueueDepth>;

async function look(place: Place): Promise<Listed> {
  try {
    const { graph } = await loadApplication(place.folder);
    const isDeployed = place.outputs !== undefined;
    const running = isDeployed ? undefined : hasRunner(place);
    return { place, graph, running, depths: isDeployed || hasStore(place) ? await depthsOf(place) : undefined };
  } catch (error) {
    return { place, failure: toFailure(error) };
  }
}

async function depthsOf(place: Place): Promise<Depths> {
  const { cloud, queues, close } = await openPlace(place);
  try {
    const entries = queues.map(async (name) => [name, await cloud.queue(name).depth()] as const);
    return new Map(await Promise.all(entries));
  } finally {
    await close();
  }
}

/** Messages of a tier, over all its queues. */
interface Waiting extends QueueDepth {
  readonly deadLetters: number;
}

function waitingAt(depths: Depths, plan: Pick<TierPlan, 'reads' | 'deadLetters'>): Waiting {
  const own = plan.reads.flatMap(({ queue }) => depths.get(queue) ?? []);
  const letters = depths.get(plan.deadLetters) ?? { ready: 0, delayed: 0, inFlight: 0 };
  const sum = (of: keyof QueueDepth): number => own.reduce((total, depth) => total + depth[of], 0);
  return {
    ready: sum('ready'),
    delayed: sum('delayed'),
    inFlight: sum('inFlight'),
    deadLetters: letters.ready + letters.delayed + letters.inFlight,
  };
}

function listedJson(entry: Listed): object {
  const { name, folder, dir, outputs } = entry.place;
  if ('failure' in entry) return { application: name, folder, ...failureJson(entry.failure) };
  const { graph, depths, running } = entry;
  const tiers = graph.tiers.map((plan) => ({
    name: plan.tier.name,
    file: plan.file,
    mode: plan.mode,
    input: plan.reads.map(({ queue }) => queue),
    threshold: plan.tier.satisfied?.atLeast ?? null,
    next: plan.next?.name ?? null,
    batch: plan.tier.timing.batchSize,
    workers: plan.tier.workers ?? 0,
    ...(depths && { queues: waitingAt(depths, plan) }),
  }));
  return {
    application: name,
    folder,
    ...(outputs === undefined ? { dir: depths ? dir : null, running } : { outputs }),
    tiers,
    destination: graph.destination?.destination.name ?? null,
  };
}

function listedText(entry: Listed): string {
  const { name, folder, dir, outputs } = entry.place;
  const title = `${paint('bold', name)}  ${folder}`;
  if ('failure' in entry) return `${title}\n${failureText(entry.failure)}`;
  const { graph, depths, running } = entry;
  const headings = ['tier', 'mode', 'input', 'threshold', 'batch', 'workers'];
  if (depths) headings.push('ready', 'delayed', 'in flight', 'dead letters');
  const rows: (string | number)[][] = graph.tiers.map((plan) => [
    plan.tier.name,
    plan.mode,
    plan.reads.map(({ queue }) => queue).join(' + '),
    plan.tier.satisfied?.atLeast ?? 'accepts all',
    plan.tier.timing.batchSize,
    plan.tier.workers ?? 0,
    ...(depths ? depthCells(waitingAt(depths, plan)) : []),
  ]);
  if (depths && graph.destination) {
    const { destination, reads, deadLetters } = graph.destination;
    const cells = [destination.name, 'destination', 'answers', '', destination.timing.batchSize, 0];
    rows.push([
      ...cells,
      ...depthCells(waitingAt(depths, { reads: reads.map((r) => ({ ...r, kind: 'data' })), deadLetters })),
    ]);
  }
  const state = outputs ?? (depths ? `${dir}, ${running ? 'running' : 'not running'}` : 'no durable folder yet');
  return `${title}  (${state})\n\n${table(headings, rows)}`;
}

const depthCells = ({ ready, delayed, inFlight, deadLetters }: Waiting): readonly number[] => [
  ready,
  delayed,
  inFlight,
  deadLetters,
];
