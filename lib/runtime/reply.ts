import type { Envelope } from '../core/envelope.ts';
import type { ReplyStatus } from '../core/step/effects.ts';
import { EXPIRES_AT, expiresAt } from '../core/table-update.ts';
import type { Cloud } from '../ports/cloud.ts';
import { toBody } from './outbox.ts';

const KEEP_MS = 24 * 3_600_000;

/** Key of the item that holds how a flow ended. */
export function replyKey(flow: string): string {
  return `reply#${flow}`;
}

/** Keeps how a flow ended for a day, for the client that waits for it; the first end of a flow stays. */
export async function keepReply(cloud: Cloud, flow: string, status: ReplyStatus): Promise<void> {
  const { status: name, ...rest } = status;
  const value = 'answer' in rest ? { answer: await answerText(cloud, rest.answer) } : rest;
  await cloud.table.update({
    key: replyKey(flow),
    set: { status: name, ...value, [EXPIRES_AT]: expiresAt(cloud.clock.now() + KEEP_MS) },
    when: [
      {
        any: [
          { attribute: 'status', is: 'absent' },
          { attribute: 'status', is: '=', value: 'failed' },
        ],
      },
    ],
  });
}

async function answerText(cloud: Cloud, answer: Envelope): Promise<string> {
  return (await toBody(cloud, answer)).body;
}
