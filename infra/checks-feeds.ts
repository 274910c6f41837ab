import { CfnResource, Stack } from 'aws-cdk-lib';
import { CfnEventSourceMapping, CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import type { IConstruct } from 'constructs';

/** A queue that feeds a function, in the numbers that are deployed. */
export interface Feed {
  readonly paths: { readonly mapping: string; readonly queue: string; readonly function: string };
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly reportsItems: boolean;
  /** Over all queues of the function; none where one of them has no limit. */
  readonly allConcurrency: number | undefined;
  readonly reserved: number | undefined;
  readonly timeoutSeconds: number;
  readonly visibilitySeconds: number;
  readonly retentionSeconds: number;
  readonly maxReceives: number | undefined;
  readonly deadRetentionSeconds: number | undefined;
}

/** What SQS and Lambda take where nothing is said. */
const DEFAULTS = { batchSize: 10, timeoutSeconds: 3, visibilitySeconds: 30, retentionSeconds: 345_600 };

type Properties = Readonly<Record<string, unknown>>;

/** Every feed of a construct tree whose queue and function are made in it. */
export function feedsIn(root: IConstruct): readonly Feed[] {
  const resources = root.node.findAll().filter((node) => CfnResource.isCfnResource(node));
  const queues = byReference(resources.filter((node) => node instanceof CfnQueue));
  const functions = byReference(resources.filter((node) => node instanceof CfnFunction));
  const mappings = resources.filter((node) => node instanceof CfnEventSourceMapping);
  const links = mappings.flatMap((mapping) => {
    const properties = propertiesOf(mapping);
    const queue = queues.get(keyOf(mapping, properties.EventSourceArn));
    const target = functions.get(keyOf(mapping, properties.FunctionName));
    return queue && target ? [{ mapping, properties, queue, target }] : [];
  });
  return links.map((link) => {
    const siblings = links.filter(({ target }) => target === link.target);
    const queue = propertiesOf(link.queue);
    const target = propertiesOf(link.target);
    const redrive = queue.RedrivePolicy as { deadLetterTargetArn?: unknown; maxReceiveCount?: number } | undefined;
    const dead = redrive && queues.get(keyOf(link.queue, redrive.deadLetterTargetArn));
    const deadRetention = dead && number(propertiesOf(dead).MessageRetentionPeriod, DEFAULTS.retentionSeconds);
    return {
      paths: { mapping: link.mapping.node.path, queue: link.queue.node.path, function: link.target.node.path },
      batchSize: number(link.properties.BatchSize, DEFAULTS.batchSize),
      windowSeconds: number(link.properties.MaximumBatchingWindowInSeconds, 0),
      reportsItems: [link.properties.FunctionResponseTypes].flat().includes('ReportBatchItemFailures'),
      allConcurrency: sum(siblings.map(({ properties }) => concurrencyOf(properties))),
      reserved: optional(target.ReservedConcurrentExecutions),
      timeoutSeconds: number(target.Timeout, DEFAULTS.timeoutSeconds),
      visibilitySeconds: number(queue.VisibilityTimeout, DEFAULTS.visibilitySeconds),
      retentionSeconds: number(queue.MessageRetentionPeriod, DEFAULTS.retentionSeconds),
      maxReceives: redrive && number(redrive.maxReceiveCount, 10),
      deadRetentionSeconds: deadRetention,
    };
  });
}

/** A resource's properties as the template has them, overrides included. */
export function propertiesOf(resource: CfnResource): Properties {
  const template = Stack.of(resource).resolve(resource._toCloudFormation()) as {
    readonly Resources: Readonly<Record<string, { readonly Properties?: Properties }>>;
  };
  return Object.values(template.Resources)[0]?.Properties ?? {};
}

function byReference<R extends CfnResource>(resources: readonly R[]): ReadonlyMap<string, R> {
  return new Map(resources.map((resource) => [`${Stack.of(resource).node.path}#${idOf(resource)}`, resource]));
}

/** Its logical id. */
export function idOf(resource: CfnResource): string {
  return String(Stack.of(resource).resolve(resource.logicalId));
}

/** The resource that a `Ref` or a `GetAtt` in the same stack means. */
function keyOf(from: IConstruct, reference: unknown): string {
  const { Ref, 'Fn::GetAtt': att } = (reference ?? {}) as { Ref?: string; 'Fn::GetAtt'?: readonly string[] };
  return `${Stack.of(from).node.path}#${Ref ?? att?.[0] ?? ''}`;
}

function concurrencyOf({ ScalingConfig, ProvisionedPollerConfig }: Properties): number | undefined {
  const pollers = optional((ProvisionedPollerConfig as Properties | undefined)?.MaximumPollers);
  // Each poller has up to ten invocations at a time (developer guide, provisioned mode).
  return optional((ScalingConfig as Properties | undefined)?.MaximumConcurrency) ?? (pollers && 10 * pollers);
}

function sum(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce((a, b) => (a === undefined || b === undefined ? undefined : a + b), 0);
}

function optional(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function number(value: unknown, otherwise: number): number {
  return optional(value) ?? otherwise;
}
