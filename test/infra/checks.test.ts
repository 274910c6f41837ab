import { App, Duration, Stack, Validations } from 'aws-cdk-lib';
import {
  Code,
  type EventSourceMappingOptions,
  type FunctionOptions,
  Function as LambdaFunction,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { type DeadLetterQueue, Queue, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { RULE_NAMES } from '../../infra/checks-rules.ts';
import { Cascade, findQueueFaults, queueChecks } from '../../infra/index.ts';
import { control, defineControl } from '../../lib/index.ts';
import { applicationOf, archive, deployed, TIERS, withStubBundles } from './support.ts';

interface Planted {
  readonly queue?: QueueProps;
  readonly deadLetters?: Partial<DeadLetterQueue> | false;
  readonly deadRetention?: Duration;
  readonly function?: FunctionOptions;
  readonly mapping?: Partial<EventSourceMappingOptions>;
}

/** A queue that feeds a function, without a fault but the planted one. */
function plant(planted: Planted): { readonly app: App; readonly queue: Queue } {
  const app = new App({ analyticsReporting: false });
  const stack = new Stack(app, 'Stack');
  const dead = new Queue(stack, 'Dead', { retentionPeriod: planted.deadRetention ?? Duration.days(14) });
  const queue = new Queue(stack, 'Queue', {
    visibilityTimeout: Duration.seconds(61),
    ...(planted.deadLetters !== false && {
      deadLetterQueue: { queue: dead, maxReceiveCount: 5, ...planted.deadLetters },
    }),
    ...planted.queue,
  });
  const target = new LambdaFunction(stack, 'Function', {
    code: Code.fromInline('exports.handler = () => undefined;'),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
    timeout: Duration.seconds(10),
    ...planted.function,
  });
  target.addEventSourceMapping('Feed', {
    eventSourceArn: queue.queueArn,
    reportBatchItemFailures: true,
    maxBatchingWindow: Duration.seconds(1),
    ...planted.mapping,
  });
  return { app, queue };
}

const FAULTS: Readonly<Record<string, readonly [Planted, string]>> = {
  'batch-without-window': [
    { mapping: { batchSize: 100, maxBatchingWindow: Duration.seconds(0) } },
    'Stack/Function/Feed/Resource',
  ],
  'no-partial-failures': [{ mapping: { reportBatchItemFailures: false } }, 'Stack/Function/Feed/Resource'],
  'concurrency-above-reserved': [
    { mapping: { maxConcurrency: 20 }, function: { reservedConcurrentExecutions: 10 } },
    'Stack/Function/Resource',
  ],
  'reserved-without-concurrency': [{ function: { reservedConcurrentExecutions: 10 } }, 'Stack/Function/Resource'],
  'no-dead-letters': [{ deadLetters: false }, 'Stack/Queue/Resource'],
  'too-few-receives': [{ deadLetters: { maxReceiveCount: 4 } }, 'Stack/Queue/Resource'],
  'visibility-below-timeout': [{ queue: { visibilityTimeout: Duration.seconds(9) } }, 'Stack/Queue/Resource'],
  'visibility-below-six-timeouts': [{ queue: { visibilityTimeout: Duration.seconds(60) } }, 'Stack/Queue/Resource'],
  'dead-letters-expire-first': [{ deadRetention: Duration.days(4) }, 'Stack/Queue/Resource'],
};

describe('the checks', () => {
  test('there is a planted fault for every rule', () => {
    expect(Object.keys(FAULTS).sort()).toEqual([...RULE_NAMES].sort());
  });

  test.each(Object.entries(FAULTS))('find %s, and where', (rule, [planted, path]) => {
    const findings = findQueueFaults(plant(planted).app);
    expect(findings.map((finding) => [finding.rule, finding.path])).toEqual([[rule, path]]);
    expect(findings[0]!.fix).toMatch(/\.$/);
  });

  test('find more variables than Lambda takes, by what they will be once they are deployed', () => {
    const large = plant({ function: { environment: { ALL: 'x'.repeat(4_094) } } });
    expect(findQueueFaults(large.app)).toMatchObject([
      {
        rule: 'environment-too-large',
        path: 'Stack/Function/Resource',
        problem: expect.stringContaining('4097 bytes'),
      },
    ]);
    expect(findQueueFaults(plant({ function: { environment: { ALL: 'x'.repeat(4_093) } } }).app)).toEqual([]);
  });

  test.each([
    [15, []],
    [40, ['Test/Shop/Controls/Function/Resource']],
  ])('find that a control cannot ask %d tiers to work data again', (count, paths) => {
    const level = defineControl({ name: 'level', schema: z.number(), beforeControl: 'drop' });
    const tiers = Array.from({ length: count }, (_, i) =>
      TIERS.first({
        name: `tier-${i}`,
        controls: { level: control<{ default: typeof level }>('level') },
        state: { schema: z.number(), initial: 0, keyBy: () => 'a' },
        reevaluateOnControl: true,
      }),
    );
    const { app } = deployed(applicationOf(...tiers, level), { decisions: false, dashboard: false });
    expect(findQueueFaults(app).map(({ path }) => path)).toEqual(paths);
  });

  test('find nothing where nothing is wrong', () => {
    expect(findQueueFaults(plant({}).app)).toEqual([]);
    const cascade = deployed(
      applicationOf(TIERS.first({ maxConcurrency: 5 }), TIERS.second(), TIERS.third(), archive()),
    );
    expect(findQueueFaults(cascade.app)).toEqual([]);
  });

  test('count the concurrency of all queues of a function, pollers as ten each', () => {
    const reserved = (tiers: object) =>
      findQueueFaults(deployed(applicationOf(TIERS.first(), TIERS.second()), { tiers: { second: tiers } }).app);
    expect(reserved({ reservedConcurrency: 40, maxConcurrency: 40 })).toEqual([]);
    expect(reserved({ reservedConcurrency: 39, maxConcurrency: 40 })).toHaveLength(1);
    expect(reserved({ reservedConcurrency: 39, pollers: { maximum: 2 } })[0]!.problem).toContain('40 invocations');
  });
});

describe('at synth', () => {
  test('a fault in a cascade is refused, with the path of the construct and what to do', () => {
    const { app } = deployed(applicationOf(TIERS.first()), { tiers: { first: { reservedConcurrency: 5 } } });
    expect(() => app.synth()).toThrow(/Test\/Shop\/first\/Function\/Resource[\s\S]*Set maxConcurrency to 5 or less/);
  });

  test('what is acknowledged is let through', () => {
    const { app, queue } = plant({ deadLetters: false });
    Validations.of(app).addPlugins(queueChecks());
    Validations.of(queue).acknowledge({ id: 'sluice::no-dead-letters', reason: 'what fails here may be lost' });
    expect(() => app.synth()).not.toThrow();
  });

  test('two cascades of one app are checked once', () => {
    const application = applicationOf(TIERS.first());
    const { app, stack } = deployed(application, { tiers: { first: { reservedConcurrency: 5 } } });
    new Cascade(stack, 'Other', { application: withStubBundles(application) });
    let report = '';
    try {
      app.synth();
    } catch (error) {
      report = String(error);
    }
    expect(report.split('invocations are reserved')).toHaveLength(2);
  });
});
