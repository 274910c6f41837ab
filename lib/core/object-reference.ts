import { isCount, isText, optional } from './shapes.ts';

/** A typed pointer to a payload in the object store; it travels in messages, the bytes do not. */
export interface ObjectReference {
  readonly bucket: string;
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex SHA-256 of the bytes, checked when they are fetched. */
  readonly sha256: string;
  readonly contentType?: string;
  /** Stamped by the tier that declares it: delete once the flow's answer has been delivered. */
  readonly deleteAfter?: 'accepted';
}

/** Whether a value has the shape of a reference. */
export function isReference(value: unknown): value is ObjectReference {
  if (typeof value !== 'object' || value === null) return false;
  const { bucket, key, size, sha256, contentType } = value as Partial<ObjectReference>;
  return [bucket, key, sha256].every(isText) && isCount(size) && optional(contentType, isText);
}

/** References by the name their tier or stream declares. */
export type ObjectReferences = Readonly<Record<string, ObjectReference>>;

/** What a tier or stream declares about one object. */
export interface ObjectSpec {
  readonly contentType?: string;
  /** Refuse larger objects, before they are fetched. Bytes; where left out, {@link DEFAULT_MAX_BYTES}. */
  readonly maxBytes?: number;
  /** `accepted`: delete once the flow's answer has been delivered. Left out, the bucket's lifecycle rules clean up. */
  readonly deleteAfter?: 'accepted';
}

/** The largest object that a client may send where the tier says nothing, in bytes: it must fit into a function's memory. */
export const DEFAULT_MAX_BYTES: number = 256 * 1024 * 1024;

/** Objects by name, as declared. */
export type ObjectSpecs = Readonly<Record<string, ObjectSpec>>;

/** No objects: the default that makes an undeclared object a type error. */
export type NoObjects = Record<never, ObjectSpec>;

/**
 * A lazy object: nothing moves until one of its methods is called, and then at most once per invocation.
 *
 * @example
 * ```ts
 * import type { LazyObject } from 'sluice';
 *
 * const isPng = async (photo: LazyObject): Promise<boolean> =>
 *   photo.reference.size > 8 && (await photo.bytes())[1] === 'P'.charCodeAt(0);
 * console.log(isPng.length); // 1
 * ```
 */
export interface LazyObject {
  readonly reference: ObjectReference;
  /** The whole payload. @throws SluiceError `object-missing`, `object-foreign`, `object-corrupt`, `object-too-large` */
  bytes(): Promise<Uint8Array>;
  /** The payload as UTF-8 text. */
  text(): Promise<string>;
  /** The payload in chunks, from the same single fetch. */
  stream(): ReadableStream<Uint8Array>;
  /** Path of a temporary file holding the payload, for libraries that only read files; removed after the invocation. */
  file(): Promise<string>;
}

/** Total bytes that the references promise. */
export function declaredBytes(references: ObjectReferences | undefined): number {
  let bytes = 0;
  for (const name in references) bytes += references[name]!.size;
  return bytes;
}
