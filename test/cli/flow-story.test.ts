import { describe, expect, test } from 'vitest';
import { flowJson, flowText } from '../../lib/cli/flow-story.ts';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import { verdictRecord } from '../decision-log/logs.ts';

const AT = 1_790_000_000_000;
const story = (flow: string, records: readonly DecisionRecord[]): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are told by one.
  flowText(flow, records, '').replaceAll(/\x1b\[\d+m/g, '');

describe('the story of a flow', () => {
  test('begins with its first send, in whatever order its records were written', () => {
    const delivered = verdictRecord({ tier: 'answers', decision: 'delivered', at: AT + 30, latencyMs: 2 });
    const accepted = verdictRecord({ at: AT + 30, latencyMs: 30 });
    expect(story('f-1', [delivered, accepted])).toContain('30 ms from the first send to the last decision');
    expect(story('f-1', [accepted, delivered])).toContain('30 ms from the first send to the last decision');
  });

  test('tells what was sent before what came of it, whatever clocks and files say', () => {
    const at = (tier: string, decision: DecisionRecord['decision'], ms: number, from: string, to: string) =>
      verdictRecord({
        ...{ tier, decision, at: AT + ms },
        ...{ in: [{ id: from, kind: 'data' }], out: [{ id: to, to: 'queue' }] },
      });
    const quick = at('quick', 'escalated', 5, 'm1', 'm2');
    const careful = at('careful', 'accepted', 4, 'm2', 'm3');
    const answers = at('answers', 'delivered', 3, 'm3', 'none');
    const again = at('quick', 'escalated', 9, 'm1', 'm2');
    const late = at('quick', 'duplicate', 6, 'm0', 'none');
    const told = [quick, careful, answers, late, again];
    for (const records of [told, told.toReversed(), [answers, again, careful, late, quick]]) {
      expect((flowJson('f-1', records) as { decisions: unknown }).decisions).toEqual(told);
      const tiers = [...story('f-1', records).matchAll(/(quick|careful|answers) +(?=escal|acc|deliv|dupl)/g)];
      expect(tiers.map(([, tier]) => tier)).toEqual(told.map(({ tier }) => tier));
    }
    const circle = [at('quick', 'escalated', 1, 'b', 'a'), at('careful', 'accepted', 2, 'a', 'b')];
    expect(story('f-1', circle)).toContain('answered by careful');
  });

  test('may be longer than a call takes arguments', () => {
    const records = Array<DecisionRecord>(150_000).fill(verdictRecord({ at: AT, latencyMs: 30 }));
    expect(story('f-1', records)).toContain('30 ms from the first send to the last decision');
  });

  test('of a control tells of no flow', () => {
    const of = (over: Partial<DecisionRecord>): DecisionRecord =>
      verdictRecord({
        flow: 'control#model',
        tier: 'controls',
        latencyMs: 3,
        in: [{ id: 'm', kind: 'control' }],
        ...over,
      });
    const { score: _, threshold: __, modelMs: ___, ...applied } = of({ decision: 'applied', at: AT });
    const rejected = { ...applied, tier: 'quick', decision: 'rejected', at: AT + 28_800, in: [] } as const;
    const text = story('control#model', [applied, rejected]);
    expect(text.split('\n')[0]).toBe('control model: last rejected at quick');
    expect(text).not.toContain('first send');
    expect(text).not.toContain('prediction');
    const { standing, tier } = flowJson('control#model', [applied, rejected]) as { standing?: string; tier?: string };
    expect([standing, tier]).toEqual([undefined, undefined]);
    expect(flowJson('f-1', [of({ flow: 'f-1', decision: 'accepted' })])).toMatchObject({ standing: 'answered' });
  });
});
