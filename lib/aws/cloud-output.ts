/** What a stack says of a cascade: all that a client or the command line needs to connect to it. */
export interface CloudOutput {
  readonly application: string;
  /** Queue URLs by logical name. */
  readonly queues: Readonly<Record<string, string>>;
  readonly table: string;
  readonly bucket: string;
  /** Where the decision log lies in the bucket, where it is delivered there. */
  readonly log?: { readonly prefix: string };
  /** The CloudWatch namespace of its metrics, where that is not `sluice`. */
  readonly metrics?: string;
  /** Versions of the deployed tiers by name. */
  readonly versions: Readonly<Record<string, string>>;
}
