import type { ObjectReference } from '../core/object-reference.ts';

/** Where payloads lie that do not travel in messages. */
export interface ObjectStore {
  /** The bucket this store writes to. */
  readonly bucket: string;
  /** Stores bytes under a key, replacing what was there; returns the reference to send. */
  put(key: string, bytes: Uint8Array, options?: { readonly contentType?: string }): Promise<ObjectReference>;
  /**
   * The bytes of a reference. Where more lie there than it promises they are not read: whoever sent it may have lied.
   *
   * @throws SluiceError `object-missing`, `object-corrupt`
   */
  get(reference: ObjectReference): Promise<Uint8Array>;
  /** Deletes objects; one that is not there is passed over. */
  delete(references: readonly ObjectReference[]): Promise<void>;
}
