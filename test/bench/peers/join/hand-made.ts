import { type LocalCloud, startEventSource } from '../../../../lib/local/index.ts';
import type { ReceivedMessage } from '../../../../lib/ports/queue.ts';
import type { Join } from './contender.ts';
import { type Joined, Photo, Reading } from './work.ts';

/** What a join does with one message: `true` where it is done, `false` where the message was put back. */
export interface HandMade {
  onSignal(signal: Reading, message: ReceivedMessage): Promise<boolean>;
  onPhoto(photo: Photo): Promise<boolean>;
}

const QUEUES = ['first', 'second', 'second.photos', 'answers'];
const VISIBILITY_MS = 30_000;

/** The queues and consumers around a join written by hand: batches of 10, what failed stays, as the mapping does it. */
export async function startHandMade(
  cloud: LocalCloud,
  onAnswer: (answer: Joined) => void,
  { onSignal, onPhoto }: HandMade,
): Promise<Join> {
  cloud.declare(QUEUES.map((name) => ({ name, visibilityMs: VISIBILITY_MS, retentionMs: 3_600_000 })));
  const consume = (name: string, work: (body: unknown, message: ReceivedMessage) => Promise<boolean>): void => {
    startEventSource({
      queue: cloud.queue(name),
      async handler(messages) {
        const done = await Promise.all(messages.map((message) => work(JSON.parse(message.body), message)));
        return { failed: messages.filter((_, i) => !done[i]).map(({ receipt }) => receipt) };
      },
      batchSize: 10,
      windowMs: 0,
      concurrency: 4,
      visibilityMs: VISIBILITY_MS,
      clock: cloud.clock,
    });
  };
  consume('first', async (body) => {
    await send(cloud, 'second', [Reading.parse(body)]);
    return true;
  });
  consume('second', (body, message) => onSignal(Reading.parse(body), message));
  consume('second.photos', (body) => onPhoto(Photo.parse(body)));
  consume('answers', async (body) => {
    onAnswer(body as Joined);
    return true;
  });
  return {
    sendReadings: (readings) => send(cloud, 'first', readings),
    sendPhotos: (photos) => send(cloud, 'second.photos', photos),
  };
}

/** Sends each as a message of its own. */
export async function send(cloud: LocalCloud, queue: string, values: readonly object[]): Promise<void> {
  const errors = await cloud.queue(queue).send(values.map((value) => ({ body: JSON.stringify(value) })));
  for (const error of errors) if (error) throw error;
}
