import type { Duration } from '../core/duration.ts';

/** What `send` takes for any flow. */
export interface FlowOptions {
  /** UTF-8, 1 to 128 bytes. Default: a random UUID. The same id on two streams is what joins them. */
  readonly flowId?: string;
  /** Event time of the data. Default: now. */
  readonly at?: Date;
  /** Hold the message back; at most 15 minutes, as SQS allows. */
  readonly delay?: Duration;
  /** After this moment the flow expires instead of being predicted on. */
  readonly deadline?: Date;
  /** Keep the flow's end in the table, so that `result` can wait for it: one table write more. */
  readonly reply?: boolean;
  /** Tenant whose turn it is: a tenant that floods the queue does not starve the others. */
  readonly fair?: string;
}

/** What `send` takes beside the data: {@link FlowOptions}, and the objects that the entry declares. */
export type SendOptions<Objects extends string> = FlowOptions &
  (string extends Objects // an untyped client, `connect('thumb', …)`, may send any objects or none
    ? { readonly objects?: Readonly<Record<string, Uint8Array>> }
    : [Objects] extends [never]
      ? { readonly objects?: never }
      : { readonly objects: { readonly [K in Objects]: Uint8Array } });

/** One flow to send, its types no longer of interest. */
export interface SendItem extends FlowOptions {
  readonly data: unknown;
  readonly objects?: Readonly<Record<string, Uint8Array>>;
}

/** What was sent. */
export interface Sent {
  readonly flowId: string;
  /** Message id: the same again for the same flow at the same entry. */
  readonly id: string;
}
