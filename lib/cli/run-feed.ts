import type { Graph } from '../core/plan.ts';
import type { TierTypes } from '../core/tier-types.ts';
import type { LocalCloud } from '../local/cloud.ts';
import { type Client, connect } from '../runtime/client.ts';
import type { LineChunk } from './input-lines.ts';
import type { Ledger } from './run-ledger.ts';
import { type LineDefaults, type RunLine, readRunLine } from './run-line.ts';
import type { StopRequest } from './signals.ts';

/** Messages that may wait or be at work before more input is read. */
const IN_FLIGHT = 1_000;
const SEND_AT_ONCE = 100;
const LOOK_EVERY_MS = 5;

/** Feeds lines into a cascade. */
export interface Feed {
  readonly cloud: LocalCloud;
  readonly graph: Graph;
  readonly ledger: Ledger;
  readonly defaults: LineDefaults;
  readonly stop: StopRequest;
  /** Told of every line that was not sent. */
  readonly onBad: (line: number, error: unknown) => void;
  readonly onRead?: (bytes: number) => void;
}

/** How many lines were read and sent. */
export interface Fed {
  lines: number;
  sent: number;
  bad: number;
}

/** Sends every line, never more at a time than the cascade has room for; lines that cannot be sent are passed over. */
export async function feedLines(feed: Feed, input: AsyncIterable<LineChunk>): Promise<Fed> {
  const fed: Fed = { lines: 0, sent: 0, bad: 0 };
  const chunks = input[Symbol.asyncIterator]();
  for (;;) {
    // A pipe may say nothing for hours, and whoever stops the run does not wait for it.
    const next = await Promise.race([chunks.next(), feed.stop.asked]);
    if (!next || next.done) return fed;
    const { lines, bytes } = next.value;
    for (let at = 0; at < lines.length; at += SEND_AT_ONCE) {
      await roomInQueues(feed);
      if (feed.stop.signal.aborted) return fed;
      await sendLines(feed, fed, lines.slice(at, at + SEND_AT_ONCE));
    }
    feed.onRead?.(bytes);
  }
}

async function roomInQueues({ cloud, graph, stop: { signal } }: Feed): Promise<void> {
  const names = graph.queues.map((queue) => queue.name).filter((name) => !name.endsWith('.dlq'));
  while (!signal.aborted) {
    let waiting = 0;
    for (const name of names) {
      const { ready, delayed, inFlight } = await cloud.queue(name).depth();
      waiting += ready + delayed + inFlight;
    }
    if (waiting < IN_FLIGHT) return;
    await cloud.clock.sleep(LOOK_EVERY_MS, signal);
  }
}

async function sendLines(feed: Feed, fed: Fed, lines: LineChunk['lines']): Promise<void> {
  const byEntry = new Map<string, { readonly number: number; readonly line: RunLine }[]>();
  const bad = (number: number, error: unknown): void => {
    fed.bad += 1;
    feed.onBad(number, error);
  };
  for (const { number, text } of lines) {
    if (text.trim() === '') continue;
    fed.lines += 1;
    try {
      const line = await readRunLine(text, feed.defaults);
      byEntry.set(line.entry, [...(byEntry.get(line.entry) ?? []), { number, line }]);
    } catch (error) {
      bad(number, error);
    }
  }
  for (const [entry, items] of byEntry) {
    // Before sending: a quick tier decides before the send returns.
    for (const { line } of items) feed.ledger.open(line.flowId);
    // Which entry takes which objects is only known to types; the tier itself refuses what does not fit.
    const client = connect(entry, { cloud: feed.cloud }) as Client<TierTypes>;
    const results = await client.sendBatch(
      items.map(({ line: { entry: _, objects = {}, ...item } }) => ({ ...item, objects })),
    );
    for (const [i, { error, flowId }] of results.entries()) {
      if (!error) {
        fed.sent += 1;
        continue;
      }
      feed.ledger.withdraw(flowId);
      bad(items[i]!.number, error);
    }
  }
}
