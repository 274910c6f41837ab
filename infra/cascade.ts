import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Alarm, Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { SluiceError } from '../lib/core/errors.ts';
import { didYouMean } from '../lib/core/nearest.ts';
import { ANSWERS } from '../lib/core/plan.ts';
import { EXPIRY } from './bundle-entries.ts';
import { bundleOf, type CascadeProps, checkOverrides } from './cascade-props.ts';
import { checkStageOf } from './checks.ts';
import { cascadeDashboard } from './dashboard.ts';
import { DecisionDelivery, permitReading, prefixOf } from './decisions.ts';
import { type Planned, planAnswers, planControls, planTier } from './deploy.ts';
import { Expiry, expires } from './expiry.ts';
import { outputCloud } from './output.ts';
import { permit, type Reachable } from './permissions.ts';
import { makeQueues } from './queues.ts';
import { clientReach, controlClientReach } from './reach.ts';
import { State } from './state.ts';
import { DeployedTier } from './tier.ts';
import { watch } from './watch.ts';

/**
 * A whole application on AWS: for each tier a function on its queues, and one table and bucket for all.
 *
 * @throws SluiceError `option-unknown`, `option-invalid` for overrides that cannot be
 * @example
 * ```ts no-run
 * const application = await bundleApplication('functions/photos');
 * const cascade = new Cascade(stack, 'Photos', { application, tiers: { deep: { memorySize: 3008 } } });
 * cascade.grantSend(uploader);
 * ```
 */
export class Cascade extends Construct {
  readonly table: TableV2;
  readonly bucket: Bucket;
  /** The queue that answers go to; read by the destination, where the application defines one. */
  readonly answers: Queue;
  readonly destination: DeployedTier | undefined;
  /** Applies control messages, where the application defines controls. */
  readonly controls: DeployedTier | undefined;
  /** Decides on halves that waited in vain, where a tier joins. */
  readonly expiry: Expiry | undefined;
  /** From the first tier to the last of each cascade. */
  readonly tiers: readonly DeployedTier[];
  readonly alarms: readonly Alarm[];
  readonly dashboard: Dashboard | undefined;
  readonly #props: CascadeProps;
  readonly #queues = new Map<string, Queue>();
  readonly #reachable: Reachable;
  readonly #logRetention: RetentionDays;
  readonly #delivery: DecisionDelivery | undefined;

  constructor(scope: Construct, id: string, props: CascadeProps) {
    super(scope, id);
    checkOverrides(props);
    checkStageOf(this);
    const { application, removalPolicy = RemovalPolicy.RETAIN, decisionRetention = Duration.days(90) } = props;
    const { graph, name } = application;
    this.#props = props;
    this.#logRetention = props.logRetention ?? RetentionDays.ONE_MONTH;
    const { table, bucket } = new State(this, 'State', {
      removalPolicy,
      decisionRetention,
      watched: expires(graph),
      warmThroughput: props.warmThroughput,
    });
    this.table = table;
    this.bucket = bucket;
    const { allowedBuckets = [] } = props;
    this.#reachable = { queue: (queue) => this.queue(queue), table, bucket, allowedBuckets };
    if (props.decisions !== false)
      this.#delivery = new DecisionDelivery(this, 'Decisions', { application: name, bucket });
    this.destination = this.#makeAnswers();
    this.answers = this.queue(ANSWERS);
    // From the last to the first: each names the queue of the next.
    const deployed = graph.tiers.toReversed().map((plan) => {
      return this.#deploy(plan.tier.name, planTier(props, plan, this.#reachable));
    });
    this.tiers = deployed.reverse();
    this.controls = graph.controls && this.#deploy('Controls', planControls(props, graph.controls, this.#reachable));
    if (expires(graph)) this.expiry = this.#makeExpiry();
    this.alarms = this.#watch();
    if (props.dashboard !== false) {
      this.dashboard = cascadeDashboard(this, { title: name, tiers: this.tiers, answers: this.answers });
    }
    const queues = Object.fromEntries([...this.#queues].sort().map(([queue, { queueUrl }]) => [queue, queueUrl]));
    const versions = Object.fromEntries(graph.tiers.map(({ tier, version }) => [tier.name, version]));
    const state = { table: table.tableName, bucket: bucket.bucketName };
    const log = this.#delivery && { log: { prefix: prefixOf(name) } };
    const metrics = props.metricNamespace !== undefined && { metrics: props.metricNamespace };
    outputCloud(this, { application: name, queues, ...state, ...log, ...metrics, versions });
  }

  /** A tier by its name. @throws SluiceError `option-unknown` */
  tier(name: string): DeployedTier {
    const tier = this.tiers.find((one) => one.name === name);
    if (tier) return tier;
    const names = this.tiers.map((one) => one.name);
    return notFound('tier', name, names);
  }

  /** A queue by its logical name, such as `small`, `small.photos`, `small.dlq` or `answers`. @throws SluiceError `queue-unknown` */
  queue(name: string): Queue {
    return this.#queues.get(name) ?? notFound('queue', name, [...this.#queues.keys()]);
  }

  /** Lets a client send data to the entries of the cascade, and wait for answers. */
  grantSend(grantee: IGrantable): void {
    permit(grantee, clientReach(this.#props.application.graph), this.#reachable);
  }

  /** Lets someone read the decision log in the bucket. */
  grantReadDecisions(grantee: IGrantable): void {
    permitReading(grantee, { application: this.#props.application.name, bucket: this.bucket });
  }

  /** Lets a client send control messages, and look at what counts. @throws SluiceError `option-invalid` where there are no controls */
  grantControl(grantee: IGrantable): void {
    const { controls, application } = this.#props.application.graph;
    if (!controls) {
      throw new SluiceError('option-invalid', `application "${application}" has no controls`, {
        fix: 'Define one: a file in its folder controls that exports what defineControl returns.',
      });
    }
    permit(grantee, controlClientReach(controls), this.#reachable);
  }

  #deploy(id: string, planned: Planned): DeployedTier {
    const register = (name: string, queue: Queue): void => void this.#queues.set(name, queue);
    return new DeployedTier(this, id, {
      ...planned,
      logRetention: this.#logRetention,
      metricNamespace: this.#props.metricNamespace,
      delivery: this.#delivery,
      register,
    });
  }

  #makeAnswers(): DeployedTier | undefined {
    const { destination, queues } = this.#props.application.graph;
    if (destination) return this.#deploy('Answers', planAnswers(this.#props, destination, this.#reachable));
    const specs = queues.filter(({ name }) => name === ANSWERS || name === `${ANSWERS}.dlq`);
    for (const [name, queue] of makeQueues(new Construct(this, 'Answers'), specs)) this.#queues.set(name, queue);
    return undefined;
  }

  #makeExpiry(): Expiry {
    const { graph } = this.#props.application;
    const code = bundleOf(this.#props, EXPIRY);
    const logRetention = this.#logRetention;
    const { table, tiers } = this;
    return new Expiry(this, 'Expiry', {
      graph,
      code,
      table,
      reachable: this.#reachable,
      logRetention,
      metricNamespace: this.#props.metricNamespace,
      deployed: tiers,
    });
  }

  #watch(): readonly Alarm[] {
    const { tiers, destination, controls, expiry } = this;
    const units = [...tiers, destination, controls].filter((unit) => unit !== undefined);
    const answersDeadLetters = destination ? undefined : this.queue(`${ANSWERS}.dlq`);
    return watch(this, { units, answersDeadLetters, expiry }, this.#props);
  }
}

function notFound(what: 'tier' | 'queue', name: string, known: readonly string[]): never {
  throw new SluiceError(what === 'queue' ? 'queue-unknown' : 'option-unknown', `there is no ${what} "${name}"`, {
    fix: `${didYouMean(name, known)}There are: ${known.join(', ')}.`,
  });
}
