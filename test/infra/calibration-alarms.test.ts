import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { addCalibrationAlarms } from '../../infra/calibration-alarms.ts';

const estimate = { expected: 0.2, low: 0.18, high: 0.22 };
const expectation = {
  ...{ v: 1, reference: 'last', target: 0.99, delta: 0.05, flows: 10_000, costRatio: 0.3, accuracy: estimate },
  tiers: [
    { tier: 'thumb', atLeast: 0.9, answers: 0.5, escalates: { expected: 0.5, low: 0.48, high: 0.52 } },
    { tier: 'small', atLeast: 0.8, answers: 0.4, escalates: estimate },
    { tier: 'deep', answers: 0.1, escalates: { expected: 0, low: 0, high: 0 } },
  ],
};

interface AlarmProperties {
  readonly AlarmDescription: string;
  readonly Metrics?: readonly { readonly Expression?: string }[];
}

function alarmsOf(text: string): readonly AlarmProperties[] {
  const file = join(mkdtempSync(join(tmpdir(), 'expectation-')), 'thresholds.json');
  writeFileSync(file, text);
  const stack = new Stack(new App(), 'Stack');
  addCalibrationAlarms(stack, 'photos', file, {});
  return Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).map(
    ({ Properties }) => Properties as AlarmProperties,
  );
}

/** CloudWatch's own arithmetic, as far as the expression uses it. */
function evaluate(expression: string, a: number | undefined, e: number | undefined): number {
  const body = expression
    .replaceAll('^', '**')
    .replace(/IF\(/, 'when(')
    .replace(/MAX\(\[/, 'Math.max(...[');
  const when = (holds: boolean, then: number, otherwise: number): number => (holds ? then : otherwise);
  const fill = (value: number | undefined, otherwise: number): number => value ?? otherwise;
  return new Function('a', 'e', 'when', 'FILL', `return ${body};`)(a, e, when, fill) as number;
}

test('each tier but the last has an alarm, and audited answers have one', () => {
  const alarms = alarmsOf(JSON.stringify(expectation));
  expect(alarms.map(({ AlarmDescription }) => AlarmDescription)).toEqual([
    'Stack: thumb escalates as it was not expected to',
    'Stack: small escalates as it was not expected to',
    'Stack: the cascade has parted from its calibration: npx sluice watch says how',
  ]);
});

test.each<[string, number | undefined, number | undefined, boolean]>([
  ['what was expected', 800, 200, false],
  ['within chance of the limit', 775, 225, false],
  ['too many escalations', 600, 400, true],
  ['too few', 950, 50, true],
  ['none, of which there is no metric then', 1_000, undefined, true],
  ['all of them', undefined, 1_000, true],
  ['too few flows to say', 10, 40, false],
  ['none at all', 0, 0, false],
])('%s', (_, accepted, escalated, goesOff) => {
  const [, small] = alarmsOf(JSON.stringify(expectation));
  const expression = small!.Metrics!.find(({ Expression }) => Expression)!.Expression!;
  expect(evaluate(expression, accepted, escalated) > 0).toBe(goesOff);
});

test('a file that is none is refused', () => {
  expect(() => alarmsOf('{}')).toThrow(/no file of sluice calibrate --write/);
});
