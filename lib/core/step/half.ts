import type { Envelope, Signal } from '../envelope.ts';
import type { ObjectReference, ObjectReferences } from '../object-reference.ts';
import type { Item } from '../table-update.ts';

/** Which half of a join: each is an attribute of the item in which they meet. */
export type Side = 'data' | 'signal';

/** What a half waits for. */
export const otherSide = (side: Side): Side => (side === 'data' ? 'signal' : 'data');

/** Key of the item in which the halves of a flow meet at a tier. */
export const joinKey = (tier: string, flow: string): string => `join#${tier}#${flow}`;

/** The attribute that holds the event time of a side's half. */
export const timeOf = (side: Side) => `${side}Ts` as const;

/** One half of a join as it lies in the table. */
export interface Half {
  readonly id: string;
  readonly ts: number;
  readonly hop: number;
  /** The delivery that stored it. */
  readonly delivery?: string;
  readonly data?: unknown;
  readonly objects?: ObjectReferences;
  readonly signal?: Signal;
  /** Where it is too large for the table: the same half, without this field, as JSON in the object store. */
  readonly stored?: ObjectReference;
  readonly audit?: true;
  readonly reply?: true;
  readonly deadline?: number;
  readonly fair?: string;
  readonly trace?: NonNullable<Envelope['trace']>;
}

/** The half of one side, where it came: only `meet` writes there, so it is what was written. */
export const halfOf = (item: Item, side: Side): Half | undefined => item[side] as unknown as Half | undefined;
