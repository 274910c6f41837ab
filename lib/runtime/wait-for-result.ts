import { decode, type Envelope } from '../core/envelope.ts';
import { readMessage, SluiceError } from '../core/errors.ts';
import { MESSAGES } from '../core/object-keys.ts';
import type { Answer } from '../core/tier-types.ts';
import type { Cloud } from '../ports/cloud.ts';
import { toAnswer } from './answer.ts';
import { fetchBody } from './bodies.ts';
import { replyKey } from './reply.ts';

/** Polls the table for how a flow ended. @throws SluiceError `flow-not-answered`, `result-timeout` */
export async function waitForResult(cloud: Cloud, flow: string, timeoutMs: number): Promise<Answer> {
  const until = cloud.clock.now() + timeoutMs;
  for (let waitMs = 5; ; waitMs = Math.min(waitMs * 2, 500)) {
    const item = await cloud.table.get(replyKey(flow));
    if (item?.status === 'answered') return readAnswer(cloud, String(item.answer));
    if (item) {
      const { problem, fix } = readMessage(String(item.reason));
      throw new SluiceError('flow-not-answered', `the flow ${ended(item.status)}: ${problem}`, {
        flow,
        tier: String(item.tier),
        fix: fixes(fix, `See what happened: npx sluice flow ${flow}`),
        details: { status: item.status, code: item.code, fix },
      });
    }
    const left = until - cloud.clock.now();
    if (left <= 0) {
      throw new SluiceError('result-timeout', `no answer within ${timeoutMs} ms`, {
        flow,
        fix: `Send with { reply: true }, wait longer, or look: npx sluice flow ${flow}`,
      });
    }
    await cloud.clock.sleep(Math.min(waitMs, left));
  }
}

/** What to do about the reason, and where to look. */
export const fixes = (...all: readonly (string | undefined)[]): string =>
  all.filter((fix) => fix !== undefined).join('\n');

const ended = (status: unknown): string =>
  status === 'failed' ? 'was dead-lettered' : status === 'dropped' ? 'was dropped' : String(status);

async function readAnswer(cloud: Cloud, body: string): Promise<Answer> {
  let envelope = decode(body, {});
  if ('offloaded' in envelope) envelope = decode(await fetchBody(cloud.objects, envelope.offloaded, [MESSAGES]), {});
  return toAnswer(envelope as Envelope, cloud.objects);
}
