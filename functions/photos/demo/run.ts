import { fileURLToPath } from 'node:url';
import { type Answer, connect, type DecisionRecord } from 'sluice';
import { countCalls, loadApplication, openCloud, startCascade } from 'sluice/local';
import { type Photo, type PhotoSet, readPhotos } from '../model/photos.ts';
import { encodePng } from '../model/png.ts';
import { encodeThumbnail, thumbnail } from '../model/thumbnail.ts';
import { capturing } from './capture.ts';
import { type Comparison, compare } from './compare.ts';
import { type LastTierSample, sampleLastTier } from './sample.ts';
import { shuffled } from './shuffle.ts';
import { type DemoRecord, type TierFigures, tierFigures } from './tiers.ts';

/** What the demo measured; `npm start -- --json` prints it. */
export interface DemoResult extends Comparison {
  readonly flows: number;
  readonly answered: number;
  /** Flows with neither an answer nor a dead letter. */
  readonly lost: number;
  /** Answers of one flow under more than one output id. */
  readonly duplicated: number;
  readonly deadLettered: number;
  /** Share of all flows answered rightly. */
  readonly accuracy: number;
  readonly tiers: readonly TierFigures[];
  readonly bytesDeclared: number;
  readonly bytesFetched: number;
  /** Per flow: messages sent, table updates, object puts, gets and deletes; the producers' own included. */
  readonly calls: { readonly queue: number; readonly table: number; readonly object: number };
  readonly seconds: number;
}

export interface DemoOptions {
  readonly flows: number;
  readonly dir: string;
  /** Folder of the application; this one where not given. */
  readonly application?: string;
  /** Which photos; those kept for the demo where not given. */
  readonly set?: PhotoSet;
  /** Keeps every prediction in the decision log. */
  readonly capture?: true;
  readonly onSample?: (sample: LastTierSample) => void;
  readonly onDecisions?: (records: readonly DecisionRecord[]) => void;
  readonly onStart?: (total: number) => void;
  readonly onAnswer?: (answered: number) => void;
}

const SHOPS = ['oslo', 'lima', 'pune', 'kyiv'];
const BATCH = 100;

/** Sends photos through `functions/photos` and measures. */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const photos = (await readPhotos(options.set ?? 'photos')).slice(0, options.flows);
  const loaded = await loadApplication(options.application ?? fileURLToPath(new URL('..', import.meta.url)));
  const application = options.capture ? capturing(loaded) : loaded;
  const records: DemoRecord[] = [];
  const local = await openCloud({
    dir: options.dir,
    onDecisions: (written) => {
      options.onDecisions?.(written);
      for (const { flow, tier, decision, modelMs, modelCpuMs, latencyMs, bytes } of written) {
        // CPU time where a worker thread measured it: tiers share this machine's cores, and waiting for one is not work.
        records.push({ flow, tier, decision, modelMs: modelCpuMs ?? modelMs, latencyMs, bytes });
      }
    },
  });
  const { cloud, calls } = countCalls(local);
  const answers = new Map<string, Answer>();
  let duplicated = 0;
  const started = performance.now();
  options.onStart?.(photos.length);
  const cascade = await startCascade({
    application,
    cloud,
    onAnswer: (answer) => {
      const known = answers.get(answer.flowId);
      if (known && known.id !== answer.id) duplicated += 1;
      answers.set(answer.flowId, answer);
      options.onAnswer?.(answers.size);
    },
  });
  const [sample] = await Promise.all([
    sampleLastTier(application, local.objects, photos),
    Promise.all([sendThumbnails(cloud, photos), sendPhotos(cloud, photos)]).then(() => cascade.settled()),
  ]);
  const seconds = (performance.now() - started) / 1_000;
  options.onSample?.(sample);
  await cascade.stop();

  const deadLettered = new Set(records.filter((r) => r.decision === 'failed').map((r) => r.flow)).size;
  const right = photos.filter((photo, i) => labelOf(answers.get(flowOf(i))) === photo.label).length;
  const tiers = tierFigures(
    application.graph.tiers.map((t) => t.tier.name),
    records,
    answers,
    (flow) => photos[Number(flow.slice(6))]!.label,
  );
  const callsPerFlow = perFlow(calls, photos.length);
  const labels = photos.map((_, i) => labelOf(answers.get(flowOf(i))));
  const comparison = compare(sample, photos, labels, tiers);
  await cloud.close();
  return {
    flows: photos.length,
    answered: answers.size,
    lost: photos.length - answers.size - deadLettered,
    duplicated,
    deadLettered,
    accuracy: right / photos.length,
    ...comparison,
    tiers,
    bytesDeclared: sum(records.map((r) => r.bytes?.declared ?? 0)),
    bytesFetched: sum(records.map((r) => r.bytes?.fetched ?? 0)),
    calls: callsPerFlow,
    seconds,
  };
}

type LocalCloud = Awaited<ReturnType<typeof openCloud>>;

/** The cameras: a thumbnail a message, straight to the first tier. */
async function sendThumbnails(cloud: LocalCloud, photos: readonly Photo[]): Promise<void> {
  const client = connect<typeof import('../thumb.ts')>('thumb', { cloud });
  await inBatches(
    photos.map((photo, i) => ({ photo, i })),
    (items) =>
      client.sendBatch(
        items.map(({ photo, i }) => {
          const shop = SHOPS[i % SHOPS.length]!;
          return {
            flowId: flowOf(i),
            data: { shop, thumbnail: encodeThumbnail(thumbnail(photo.pixels)) },
            at: takenAt(i),
            fair: shop,
          };
        }),
      ),
  );
}

/** The uploader: the full photos as PNG objects, on a stream of their own and in an order of its own. */
async function sendPhotos(cloud: LocalCloud, photos: readonly Photo[]): Promise<void> {
  const client = connect<typeof import('../small.ts')>('small.photos', { cloud });
  await inBatches(
    shuffled(
      photos.map((photo, i) => ({ photo, i })),
      7,
    ),
    (items) =>
      client.sendBatch(
        items.map(({ photo, i }) => ({
          flowId: flowOf(i),
          data: { shop: SHOPS[i % SHOPS.length]! },
          objects: { photo: encodePng(photo.pixels) },
          at: takenAt(i),
        })),
      ),
  );
}

async function inBatches<T>(
  items: readonly T[],
  send: (batch: readonly T[]) => Promise<readonly { readonly error?: Error }[]>,
): Promise<void> {
  for (let at = 0; at < items.length; at += BATCH) {
    for (const { error } of await send(items.slice(at, at + BATCH))) if (error) throw error;
  }
}

const flowOf = (index: number): string => `photo-${index}`;
const epoch = Date.now();
/** Both producers stamp a photo with the moment it was taken, which is what the join compares. */
const takenAt = (index: number): Date => new Date(epoch + index);

function labelOf(answer: Answer | undefined): string | undefined {
  return (answer?.output as { label: string } | undefined)?.label;
}

function perFlow(calls: { queue: number; table: number; object: number }, flows: number): DemoResult['calls'] {
  return { queue: calls.queue / flows, table: calls.table / flows, object: calls.object / flows };
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
