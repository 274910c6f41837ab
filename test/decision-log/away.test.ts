import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deliveredDecisions } from '../../lib/aws/delivery.ts';
import type { FirehoseClient } from '../../lib/aws/firehose-client.ts';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import { connect } from '../../lib/index.ts';
import { openCloud } from '../../lib/local/index.ts';
import { graphOf } from '../aws-handler/harness.ts';
import { functionsOf } from '../cloud/functions.ts';
import { carrying, cheap } from '../support/tiers.ts';

/** A stream that is away at some calls, and once has taken what it then says it has not. */
function unreliable(away: readonly boolean[]) {
  const pieces: Buffer[] = [];
  let calls = 0;
  const client: FirehoseClient = {
    async put(_stream, records) {
      const isAway = away[calls] ?? false;
      calls += 1;
      if (isAway && calls % 2 === 0) pieces.push(...records);
      if (isAway) throw new Error('ECONNRESET');
      pieces.push(...records);
      return [];
    },
  };
  const records = (): readonly DecisionRecord[] =>
    pieces.flatMap((piece) =>
      gunzipSync(piece)
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as DecisionRecord),
    );
  return { client, records };
}

test('while the log is away no flow is lost, and none ends unrecorded', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { maxLength: 12 }),
      fc.integer({ min: 1, max: 15 }),
      async (away, count) => {
        const { client, records } = unreliable(away);
        const mapping = await openCloud({ dir: ':memory:' });
        const streams = { cheap: 'cheap', dear: 'dear' };
        const cloud = { ...mapping, decisions: deliveredDecisions({ streams, client }) };
        const tiers = [cheap({ sure: (n) => n % 2 }), carrying()];
        mapping.declare(graphOf(tiers).queues);
        const functions = functionsOf({ tiers, mapping, cloud });
        const sender = connect('cheap', { cloud: mapping });
        for (let n = 0; n < count; n += 1) await sender.send({ n }, { flowId: `f${n}` });
        await functions.drain();
        const answers = await mapping.queue('answers').receive({ max: 1_000, visibilityMs: 1_000, waitMs: 0 });
        const ids = new Map(
          answers.map(({ body }) => JSON.parse(body) as { flow: string; id: string }).map(({ flow, id }) => [id, flow]),
        );
        const flows = Array.from({ length: count }, (_, n) => `f${n}`).sort();
        // An answer that is sent again has the id it had.
        expect([...ids.values()].sort()).toEqual(flows);
        const accepted = records().filter(({ decision }) => decision === 'accepted');
        expect([...new Set(accepted.map(({ flow }) => flow))].sort()).toEqual(flows);
        expect(functions.faults).toEqual([]);
        await mapping.close();
      },
    ),
    { numRuns: 30 },
  );
});

test('an invocation delivers all it decided in one piece', async () => {
  const puts: { readonly stream: string; readonly pieces: number }[] = [];
  const client: FirehoseClient = {
    async put(stream, pieces) {
      puts.push({ stream, pieces: pieces.length });
      return [];
    },
  };
  const mapping = await openCloud({ dir: ':memory:' });
  const cloud = { ...mapping, decisions: deliveredDecisions({ streams: { cheap: 'a', dear: 'b' }, client }) };
  const tiers = [cheap({ sure: (n) => n % 2 }), carrying()];
  mapping.declare(graphOf(tiers).queues);
  const functions = functionsOf({ tiers, mapping, cloud });
  const sender = connect('cheap', { cloud: mapping });
  for (let n = 0; n < 10; n += 1) await sender.send({ n }, { flowId: `f${n}` });
  await functions.invoke('cheap');
  expect(puts).toEqual([{ stream: 'a', pieces: 1 }]);
  await functions.invoke('dear');
  expect(puts.slice(1)).toEqual([{ stream: 'b', pieces: 1 }]);
  await mapping.close();
});
