import { describe, expect, test } from 'vitest';
import setting from '../../functions/thermostat/controls/setting.ts';
import thermostat from '../../functions/thermostat/thermostat.ts';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import { type AnyTier, connectControl, defineDestination, defineTier, drop, TerminalError } from '../../lib/index.ts';
import { reportBuilder } from '../../lib/report/report.ts';
import { deadLetterSources, redriveDeadLetters } from '../../lib/runtime/dead-letters.ts';
import type { TestCascade } from '../support/cascade.ts';
import { started } from '../support/started.ts';
import { carrying, cheap, Guess, Item, joining } from '../support/tiers.ts';
import { usageOf } from './used.ts';

interface Counted {
  readonly answered: number;
  readonly dropped: number;
  readonly expired: number;
  readonly deadLettered: number;
  readonly ended: number;
  readonly sent: number;
}

/** What `cost` and the report page count, which must be the same, in whatever order tiers lie in the log. */
function counted(records: readonly DecisionRecord[]): Counted {
  const lastFirst = records.toSorted((a, b) => b.tier.localeCompare(a.tier));
  const builder = reportBuilder({ application: 'test' });
  for (const record of lastFirst) builder.add(record);
  const { flows } = builder.report();
  const usage = usageOf(records);
  expect([usage.flows, usage.answered]).toEqual([flows.ended, flows.answered]);
  return { ...flows, sent: usage.sent };
}

const count = (over: Partial<Counted>): Counted => ({
  answered: 0,
  dropped: 0,
  expired: 0,
  deadLettered: 0,
  ended: 0,
  sent: 0,
  ...over,
});

const redrive = ({ cloud, graph }: TestCascade) => redriveDeadLetters(cloud, deadLetterSources(graph));

describe('a flow counts once', () => {
  test('that failed, was redriven, failed again and was answered at last', async () => {
    let broken = true;
    const only = defineTier({
      name: 'only',
      input: Item,
      output: Guess,
      predict: () => {
        if (broken) throw new TerminalError('broken');
        return { guess: 'now', sure: 1 };
      },
    });
    const cascade = await started({ tiers: [only] });
    for (const n of [1, 2, 3]) await cascade.send('only', { n }, { flowId: `f${n}` });
    await cascade.drain();
    expect(counted(cascade.records)).toEqual(count({ deadLettered: 3, ended: 3, sent: 3 }));
    await redrive(cascade);
    await cascade.drain();
    expect(counted(cascade.records)).toEqual(count({ deadLettered: 3, ended: 3, sent: 3 }));
    broken = false;
    await redrive(cascade);
    await cascade.drain();
    expect(counted(cascade.records)).toEqual(count({ answered: 3, ended: 3, sent: 3 }));
  });

  test('whose answer the destination does not take', async () => {
    const cascade = await started({
      tiers: [cheap({ extra: { exhausted: 'accept' } })],
      destination: defineDestination({
        name: 'mail',
        handler: () => {
          throw new TerminalError('closed');
        },
      }),
    });
    await cascade.send('cheap', { n: 1 });
    await cascade.drain();
    expect(cascade.records.map(({ decision }) => decision)).toEqual(['accepted', 'failed']);
    expect(counted(cascade.records)).toEqual(count({ answered: 1, ended: 1, sent: 1 }));
  });

  test('whose data is worked again; the controls themselves are no flows', async () => {
    const again = { ...thermostat, reevaluateOnControl: true } as AnyTier;
    const cascade = await started({ tiers: [again], controls: [setting] });
    const settings = connectControl<{ default: typeof setting }>('setting', { cloud: cascade.cloud });
    const desire = async (version: number, desired: number, sensorID = '1'): Promise<void> => {
      await settings.set({ sensorID, desired, upDelta: 1, downDelta: 1 }, { version });
      await cascade.drain();
    };
    await desire(1, 45);
    await cascade.send('thermostat', { sensorID: '1', temperature: 47 }, { flowId: 'f' });
    await cascade.drain();
    await desire(2, 50);
    await desire(1, 50, '2');
    const bad = {
      v: 1,
      id: 'm',
      flow: 'control#setting',
      kind: 'control',
      from: { name: 'test', version: '1' },
      ts: 1,
      sent: 1,
      hop: 0,
    };
    await cascade.put('controls', JSON.stringify({ ...bad, control: { name: 'setting', version: 3, value: 7 } }));
    await cascade.drain();
    const decisions = cascade.records.map(({ decision }) => decision);
    expect(['accepted', 'accepted', 'dropped', 'failed'].every((one) => decisions.includes(one as never))).toBe(true);
    expect(counted(cascade.records)).toEqual(count({ answered: 1, ended: 1, sent: 1 }));
  });
});

describe('a flow in shadow counts where it was answered, and not again', () => {
  const audited = cheap({ sure: () => 1, extra: { audit: 1 } });
  const answered = async (tiers: readonly AnyTier[], decision: string, count: number): Promise<TestCascade> => {
    const cascade = await started({ tiers });
    for (const n of [1, 2]) await cascade.send('cheap', { n }, { flowId: `f${n}` });
    await cascade.drain();
    cascade.clock.advance(7_200_000);
    await cascade.sweep();
    const inShadow = cascade.records.filter((record) => record.decision === decision);
    expect(inShadow.map(({ shadow }) => shadow)).toEqual(Array.from({ length: count }, () => true));
    return cascade;
  };

  test('that a gate drops', async () => {
    const gates = { signal: () => drop };
    const { records } = await answered([audited, carrying({ gates })], 'dropped', 2);
    expect(counted(records)).toEqual(count({ answered: 2, ended: 2, sent: 2 }));
  });

  test('that is dead-lettered', async () => {
    const predict = () => {
      throw new TerminalError('broken');
    };
    const { records } = await answered([audited, carrying({ predict })], 'failed', 2);
    expect(counted(records)).toEqual(count({ answered: 2, ended: 2, sent: 2 }));
  });

  test('that expires for want of its data', async () => {
    const { records } = await answered([audited, joining()], 'expired', 2);
    expect(counted(records)).toEqual(count({ answered: 2, ended: 2, sent: 2 }));
  });
});

describe('data that is to meet signals', () => {
  const sure = cheap({ sure: (n) => (n < 3 ? 1 : 0) });

  test('is sent beside what the first tier reads, and ends no flow by itself', async () => {
    const cascade = await started({ tiers: [sure, joining()] });
    for (const n of [1, 2, 3, 4, 5]) {
      if (n === 4) await cascade.send('dear.photos', { photo: `p${n}` }, { flowId: `f${n}` });
      await cascade.send('cheap', { n }, { flowId: `f${n}` });
      await cascade.drain();
      if (n < 4) await cascade.send('dear.photos', { photo: `p${n}` }, { flowId: `f${n}` });
    }
    await cascade.drain();
    expect(counted(cascade.records)).toEqual(count({ answered: 4, ended: 4, sent: 10 }));
    cascade.clock.advance(7_200_000);
    await cascade.sweep();
    // f5 has no photo; those of f1 and f2 waited in vain.
    expect(cascade.records.filter(({ decision }) => decision === 'expired')).toHaveLength(3);
    expect(counted(cascade.records)).toEqual(count({ answered: 4, expired: 1, ended: 5, sent: 9 }));
  });

  test('and is refused there, leaves the flow to its signal', async () => {
    const cascade = await started({ tiers: [sure, joining()] });
    await cascade.send('cheap', { n: 1 }, { flowId: 'answered' });
    await cascade.send('cheap', { n: 3 }, { flowId: 'waits' });
    for (const flowId of ['answered', 'waits']) {
      const envelope = {
        v: 1,
        id: `m-${flowId}`,
        flow: flowId,
        kind: 'data',
        from: { name: 'test', version: '1' },
        ts: 1,
        sent: 1,
        hop: 0,
      };
      await cascade.put('dear.photos', JSON.stringify({ ...envelope, data: { photo: 7 } }));
    }
    await cascade.drain();
    cascade.clock.advance(7_200_000);
    await cascade.sweep();
    expect(cascade.decisions('answered').toSorted()).toEqual(['cheap:accepted', 'dear:failed']);
    expect(counted(cascade.records)).toEqual(count({ answered: 1, expired: 1, ended: 2, sent: 4 }));
  });
});
