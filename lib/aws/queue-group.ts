import { sha256 } from '../core/identity.ts';

/** What SQS allows as a `MessageGroupId`: 1 to 128 letters, digits and punctuation of ASCII. */
const ALLOWED = /^[\x21-\x7e]{1,128}$/;

/** The `MessageGroupId` of a fair group: itself where SQS allows it, its hash otherwise. */
export function groupId(group: string): string {
  return ALLOWED.test(group) ? group : sha256(Buffer.from(group));
}
