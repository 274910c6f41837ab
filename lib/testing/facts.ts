import type { BeforeControl } from '../core/control/definition.ts';
import { flowOf } from '../core/dead-letter.ts';
import type { DecisionRecord } from '../core/decision.ts';
import type { Envelope } from '../core/envelope.ts';
import type { Item, TableUpdate } from '../core/table-update.ts';
import type { FaultKind } from './faults.ts';

/** A message as the simulator knows it, whatever its body looks like. */
export interface MessageFacts {
  /** The envelope's id where it can be read, else the queue's. */
  readonly id: string;
  readonly queueId: string;
  readonly flow: string | null;
  readonly kind: 'data' | 'signal' | 'answer' | 'control' | 'dead letter' | 'unreadable';
  readonly envelope?: Envelope;
}

/** Something that happened in a simulation. */
export type Fact = { readonly at: number; readonly by: string } & (
  | { readonly did: 'send'; readonly queue: string; readonly message: MessageFacts; readonly visibleAt: number }
  | {
      readonly did: 'receive';
      readonly queue: string;
      readonly messages: readonly (MessageFacts & { receives: number })[];
    }
  | { readonly did: 'delete'; readonly queue: string; readonly message: MessageFacts }
  | { readonly did: 'hide'; readonly queue: string; readonly message: MessageFacts; readonly ms: number }
  | { readonly did: 'give up'; readonly queue: string; readonly message: MessageFacts }
  | { readonly did: 'forget'; readonly queue: string; readonly message: MessageFacts }
  | { readonly did: 'write'; readonly update: TableUpdate; readonly item: Item | undefined; readonly applied: boolean }
  | { readonly did: 'expire'; readonly key: string; readonly item: Item }
  /** `found` something there: of a put, other bytes that it wrote over. */
  | { readonly did: 'put' | 'get' | 'remove'; readonly key: string; readonly found: boolean }
  | { readonly did: 'touch'; readonly tier: string; readonly flow: string; readonly key: string }
  | {
      readonly did: 'predict';
      readonly tier: string;
      readonly flow: string;
      /** The tier's state as the prediction sees it. */
      readonly state?: { readonly key: string; readonly version: number };
    }
  | {
      /** An instance looked up what a control says to a key. */
      readonly did: 'find';
      readonly control: string;
      readonly asked: string;
      /** What was found, and under which key; nothing where nothing is set. */
      readonly key?: string;
      readonly version?: number;
      /** When it began to look. */
      readonly since: number;
    }
  | {
      /** A task was told what a control says, or that it says nothing. */
      readonly did: 'told';
      readonly tier: string;
      readonly flow: string;
      readonly control: string;
      readonly asked: string;
      readonly version?: number;
      /** When its prediction began: it may have been given up since. */
      readonly begun: number;
    }
  /** A prediction ended as a control that it asked for is missing. */
  | { readonly did: 'miss'; readonly tier: string; readonly flow: string; readonly policy: BeforeControl }
  | {
      readonly did: 'gate';
      readonly tier: string;
      readonly flow: string;
      readonly gate: string;
      readonly scores?: readonly number[];
    }
  | {
      readonly did: 'answer';
      readonly id: string;
      readonly flow: string;
      readonly tier: string;
      readonly version: string;
      readonly output: unknown;
      readonly controls?: Readonly<Record<string, number>>;
    }
  | { readonly did: 'log'; readonly record: DecisionRecord }
  /** A new process runs what is deployed next, or the other version of the same. */
  | { readonly did: 'run next' }
  /** No process begins to run what was deployed from here on. */
  | { readonly did: 'take back' }
  | { readonly did: 'crash'; readonly why: string }
  /** The clock of a process has jumped; it is so far ahead now, or behind where this is below 0. */
  | { readonly did: 'clock'; readonly aheadMs: number }
  | { readonly did: 'fail'; readonly error: Error }
  | { readonly did: 'fault'; readonly kind: FaultKind; readonly place: string; readonly flow?: string }
  | { readonly did: 'heal' }
);

/** What a fact says beside its time and its author. */
export type FactOf<F = Fact> = F extends Fact ? Omit<F, 'at' | 'by'> : never;

/** Reads a message body; `whole` fetches the text of one that lies in the object store. */
export function messageFacts(id: string, body: string, whole: (key: string) => string | undefined): MessageFacts {
  let value: Partial<Envelope> & { readonly offloaded?: { readonly key: string }; readonly reason?: string };
  try {
    value = JSON.parse(body) as typeof value;
  } catch {
    return { id, queueId: id, flow: flowOf(body), kind: 'unreadable' };
  }
  if (value?.offloaded) {
    const text = whole(value.offloaded.key);
    if (text !== undefined) return messageFacts(id, text, () => undefined);
  }
  const flow = typeof value?.flow === 'string' ? value.flow : null;
  if (typeof value?.id !== 'string') return { id, queueId: id, flow, kind: 'unreadable' };
  if (value.reason !== undefined) return { id: value.id, queueId: id, flow, kind: 'dead letter' };
  const { kind } = value;
  return kind === undefined
    ? { id: value.id, queueId: id, flow, kind: 'unreadable' }
    : { id: value.id, queueId: id, flow, kind, envelope: value as Envelope };
}
