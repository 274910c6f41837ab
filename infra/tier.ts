import { Stack } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { FUNCTION_CONFIG, type FunctionConfig } from '../lib/aws/function-config.ts';
import type { QueueSpec } from '../lib/core/plan.ts';
import { type DecisionDelivery, permitDelivery } from './decisions.ts';
import { feed } from './feed.ts';
import { type FunctionCode, FunctionUnit } from './function-unit.ts';
import { decisionMetric, type MetricName, metricVariables } from './metrics.ts';
import { permit, type Reachable } from './permissions.ts';
import { makeQueues } from './queues.ts';
import type { Reach } from './reach.ts';
import type { Settings, TierOverrides } from './settings.ts';

/** What a tier, or the destination, is made of. */
export interface DeployedTierProps {
  readonly application: string;
  readonly name: string;
  /** Its queues, and which of them feed it. */
  readonly specs: readonly QueueSpec[];
  readonly reads: readonly string[];
  readonly deadLetters: string;
  readonly code: FunctionCode;
  readonly settings: Settings;
  readonly overrides: TierOverrides;
  /** Asked once its own queues are made. */
  readonly config: () => FunctionConfig;
  readonly reach: Reach;
  /** It goes on by messages to itself. */
  readonly goesOn?: boolean;
  readonly reachable: Reachable;
  readonly logRetention: RetentionDays;
  readonly metricNamespace: string | undefined;
  /** Delivers its decisions, where they are delivered. */
  readonly delivery?: DecisionDelivery | undefined;
  /** Told of each queue, so that others can name it. */
  readonly register: (name: string, queue: Queue) => void;
}

/**
 * One tier as it is deployed: a function on its queues, with a role and a log group of its own. {@link Cascade} makes them.
 *
 * @example
 * ```ts no-run
 * const { role, queue } = cascade.tier('small');
 * models.grantRead(role);
 * queue.grantSendMessages(camera);
 * ```
 */
export class DeployedTier extends Construct {
  readonly name: string;
  /** The queue of its data, or, past the first tier, of its signals. */
  readonly queue: Queue;
  /** All queues that feed it: two where it joins. */
  readonly queues: readonly Queue[];
  readonly deadLetters: Queue;
  /** How long a message stays hidden while it is at work. */
  readonly hiddenSeconds: number;
  readonly function: LambdaFunction;
  readonly logGroup: LogGroup;
  readonly role: Role;
  /** Where its decisions go, where they are delivered to the bucket. */
  readonly decisions: CfnDeliveryStream | undefined;
  readonly #application: string;
  readonly #namespace: string | undefined;

  constructor(scope: Construct, id: string, props: DeployedTierProps) {
    super(scope, id);
    const { name, settings, overrides } = props;
    this.name = name;
    this.#application = props.application;
    this.#namespace = props.metricNamespace;
    this.hiddenSeconds = settings.visibilitySeconds;
    const queues = makeQueues(this, props.specs, settings.visibilitySeconds);
    for (const [logical, queue] of queues) props.register(logical, queue);
    this.queues = props.reads.map((read) => queues.get(read)!);
    this.queue = this.queues[0]!;
    this.deadLetters = queues.get(props.deadLetters)!;
    this.decisions = props.delivery?.stream(this, name);
    const config = { ...props.config(), ...(this.decisions && { log: { streams: { [name]: this.decisions.ref } } }) };
    const { reservedConcurrency, environment } = overrides;
    const unit = new FunctionUnit(this, {
      description: `sluice: ${props.application}/${name}`,
      code: props.code,
      memorySize: settings.memorySize,
      timeoutSeconds: settings.timeoutSeconds,
      ephemeralStorageSize: settings.ephemeralStorageSize,
      environment: {
        ...environment,
        ...metricVariables(props.metricNamespace),
        [FUNCTION_CONFIG]: Stack.of(this).toJsonString(config),
      },
      logRetention: props.logRetention,
      ...(props.goesOn && { goesOn: true }),
      ...(reservedConcurrency !== undefined && { reservedConcurrency }),
    });
    permit(unit.role, props.reach, props.reachable);
    if (this.decisions) permitDelivery(unit.role, [this.decisions]);
    this.function = unit.function;
    this.logGroup = unit.logGroup;
    this.role = unit.role;
    for (const [i, queue] of this.queues.entries()) feed(this.function, queue, i, settings, overrides);
  }

  /**
   * A metric of this tier's decisions, such as `accepted`, `escalated`, `parked` or `score`.
   *
   * @example
   * ```ts no-run
   * cascade.tier('small').metric('escalated').createAlarm(stack, 'Busy', { threshold: 1_000, evaluationPeriods: 3 });
   * ```
   */
  metric(name: MetricName, options: MetricOptions = {}): Metric {
    return decisionMetric({ application: this.#application, tier: this.name }, name, options, this.#namespace);
  }
}
