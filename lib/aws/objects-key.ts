import { sha256 } from '../core/identity.ts';

/** The longest key of S3, in UTF-8 bytes. */
const MAX_KEY_BYTES = 1_024;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ILLEGAL = /[\u0000-\u001f\u007f\ufffe\uffff]/;
/** Segments that servers and clients on the way may resolve as if a key were a path. */
const PATH_LIKE = /(^|\/)\.{1,2}(\/|$)|\/\/|^\/|\/$/;

/**
 * The S3 key of an object: its own key where S3 and XML can carry it as it is, else a hash of it, which is short and
 * plain and the same at every call.
 */
export function s3Key(key: string): string {
  const plain =
    key !== '' &&
    !ILLEGAL.test(key) &&
    !PATH_LIKE.test(key) &&
    key.isWellFormed() &&
    Buffer.byteLength(key) <= MAX_KEY_BYTES;
  return plain ? key : `hashed/${sha256(Buffer.from(key, 'utf16le'))}`;
}
