import { text } from 'node:stream/consumers';
import { type Duration, toMs } from '../core/duration.ts';
import { isSluiceError, toError } from '../core/errors.ts';
import { checkFlowId } from '../core/flow-id.ts';
import { MAX_DELAY_MS } from '../core/message-limits.ts';
import type { SendOptions } from '../runtime/send-options.ts';
import { notFound, toFailure, wrongUsage } from './failure.ts';
import type { CommonOptions } from './io.ts';
import { readObject, toDate } from './run-line.ts';

/** What `send` takes. */
export type CliSendOptions = CommonOptions & {
  readonly flow?: string;
  readonly object?: readonly string[];
  readonly fair?: string;
  readonly delay?: string;
  readonly at?: string;
  readonly wait?: string | true;
};

/** What is read, and how to give it. */
export interface Wanted {
  readonly what: string;
  readonly fix: string;
}

/** The data, or what else a command takes: an argument, or all of stdin. */
export async function readData(json: string | undefined, { what, fix }: Wanted): Promise<unknown> {
  if (json === undefined && process.stdin.isTTY) throw wrongUsage(`there is no ${what}`, fix);
  const source = json === undefined || json === '-' ? await text(process.stdin) : json;
  try {
    return JSON.parse(source);
  } catch (error) {
    throw wrongUsage(`the ${what} is not JSON: ${toError(error).message}`, fix);
  }
}

/** The options as the client takes them. */
export async function toSendOptions(options: CliSendOptions): Promise<SendOptions<never>> {
  const { flow, object = [], fair, delay, at, wait } = options;
  const objects: Record<string, Uint8Array> = {};
  for (const given of object) {
    const [, name, path] = /^([^=]+)=(.+)$/.exec(given) ?? [];
    if (name === undefined) throw wrongUsage(`--object ${given} is not name=path`, 'Write --object photo=cat.png.');
    objects[name] = await readObject(name, path, '.').catch((error: unknown) => {
      const { message, fix } = toFailure(error);
      throw notFound('file', message, fix);
    });
  }
  return {
    ...(flow !== undefined && { flowId: checkFlowId(flow) }),
    ...(fair !== undefined && { fair }),
    ...(delay !== undefined && { delay: toDelay(delay) }),
    ...(at !== undefined && { at: toDate(/^\d+$/.test(at) ? Number(at) : at, '--at') }),
    ...(wait !== undefined && { reply: true }),
    ...(object.length > 0 && { objects }),
  } as SendOptions<never>;
}

function toDelay(delay: string): Duration {
  const duration = toDuration(delay, '--delay');
  if (toMs(duration, '--delay') <= MAX_DELAY_MS) return duration;
  throw wrongUsage(
    `--delay is ${delay}, and a queue holds a message back for at most 15m`,
    'Shorten it, or send the flow when its time comes.',
  );
}

/** A duration, or an error that says how to write one. */
export function toDuration(value: string, option: string): Duration {
  try {
    toMs(value, option);
    return value as Duration;
  } catch (error) {
    throw isSluiceError(error) ? wrongUsage(error.problem, error.fix) : error;
  }
}
