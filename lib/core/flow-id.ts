import { SluiceError } from './errors.ts';

/** Longest flow id in UTF-8 bytes. */
export const FLOW_ID_MAX_BYTES = 128;

/** Checks a flow id (UTF-8, 1 to 128 bytes) and returns it unchanged; throws `flow-id-invalid`. */
export function checkFlowId(id: unknown): string {
  const problem = flowIdProblem(id);
  if (problem === undefined) return id as string;
  throw new SluiceError('flow-id-invalid', `the flow id ${problem}`, {
    ...(typeof id === 'string' ? { flow: id.slice(0, 64).toWellFormed() } : {}),
    fix: `Use 1 to ${FLOW_ID_MAX_BYTES} bytes of UTF-8; write binary ids as hex or base64url.`,
    retry: 'never',
  });
}

/** Whether a value can be a flow id. */
export const isFlowId = (id: unknown): id is string => flowIdProblem(id) === undefined;

function flowIdProblem(id: unknown): string | undefined {
  if (id === undefined || id === null) return 'is missing';
  if (typeof id !== 'string') return `is a ${id instanceof Uint8Array ? 'byte array' : typeof id}, not a string`;
  if (id.length === 0) return 'is empty';
  if (!id.isWellFormed()) return 'is not valid Unicode (it holds a lone surrogate)';
  // UTF-8 needs one to three bytes per UTF-16 unit, so short ids need no count.
  if (id.length * 3 <= FLOW_ID_MAX_BYTES) return undefined;
  const bytes = Buffer.byteLength(id);
  return bytes > FLOW_ID_MAX_BYTES ? `is ${bytes} bytes long` : undefined;
}
