import { equal } from './assert.ts';
import { checksOf } from './check.ts';
import { collect } from './receiving.ts';

const FLOOD = 200;
const QUIET = 5;

/** How messages of different fair groups wait for each other. */
export const queueGroups = checksOf('queue', {
  'takes a fair group, whatever its name': async (backend) => {
    const { queue } = await backend.queue({});
    const groups = ['tenant-1', 'tenant with spaces', 'Zoë 🪣', 'g'.repeat(300), ''];
    const outcome = await queue.send(groups.map((group) => ({ body: JSON.stringify(group), group })));
    equal(
      outcome.map((error) => error?.message),
      groups.map(() => undefined),
      'errors',
    );
    const messages = await collect(backend, queue, groups.length);
    equal(messages.find(({ body }) => body === '"tenant-1"')?.group, 'tenant-1', 'group of the message received');
  },

  'does not let a group that floods the queue starve another': async (backend) => {
    const { queue } = await backend.queue({});
    const of = (group: string, count: number) => Array.from({ length: count }, () => ({ body: `"${group}"`, group }));
    await queue.send(of('flood', FLOOD));
    await queue.send(of('quiet', QUIET));
    const bodies: string[] = [];
    while (bodies.length < FLOOD / 2) {
      const messages = await collect(backend, queue, 5);
      bodies.push(...messages.map(({ body }) => body));
      await queue.delete(messages.map(({ receipt }) => receipt));
    }
    const quiet = bodies.filter((body) => body === '"quiet"').length;
    equal(quiet, QUIET, 'messages of the quiet group among the first half');
  },
});
