import { CfnResource, Stack, Token } from 'aws-cdk-lib';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import type { IConstruct } from 'constructs';
import { idOf, propertiesOf } from './checks-feeds.ts';
import type { Finding } from './checks-rules.ts';

export const ENVIRONMENT_RULE = 'environment-too-large';

/** Lambda quotas: environment variables, 4 KB in all, names included. */
const MAX_BYTES = 4_096;
/** What CloudFormation puts behind a name that it makes. */
const SUFFIX_CHARS = 13;
/** Longest name of a queue, and of most other things. */
const NAME_CHARS = 80;

/** Functions whose variables are together larger than Lambda takes: CDK lets them pass, and the deployment fails. */
export function environmentFindings(root: IConstruct): readonly Finding[] {
  const resources = root.node.findAll().filter((node) => CfnResource.isCfnResource(node));
  const queues = new Set(
    resources.filter((node) => node instanceof CfnQueue).map((queue) => keyOf(queue, idOf(queue))),
  );
  return resources.flatMap((resource): readonly Finding[] => {
    if (!(resource instanceof CfnFunction)) return [];
    const { Environment } = propertiesOf(resource) as { readonly Environment?: { readonly Variables?: object } };
    const isQueue = (id: string): boolean => queues.has(keyOf(resource, id));
    const bytes = Object.entries(Environment?.Variables ?? {}).reduce(
      (sum, [name, value]) => sum + name.length + bytesOf(Stack.of(resource), value, isQueue),
      0,
    );
    if (bytes <= MAX_BYTES) return [];
    return [
      {
        rule: ENVIRONMENT_RULE,
        path: resource.node.path,
        problem: `its environment variables have some ${bytes} bytes: the deployment fails, for Lambda takes ${MAX_BYTES} in all`,
        fix: 'They name a queue or a stream for each tier that it is about: make two applications of one, or give stack and tiers shorter names.',
      },
    ];
  });
}

const keyOf = (of: IConstruct, id: string): string => `${Stack.of(of).node.path}#${id}`;

/** At least the bytes of a value once CloudFormation has put in what it refers to: what passes may yet be too large by a little. */
function bytesOf(stack: Stack, value: unknown, isQueue: (id: string) => boolean): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  const { Ref, 'Fn::Join': join } = (value ?? {}) as {
    Ref?: string;
    'Fn::Join'?: readonly [string, readonly unknown[]];
  };
  if (join) return join[1].reduce<number>((sum, part) => sum + bytesOf(stack, part, isQueue), 0);
  if (Ref === undefined) return 0;
  const name = Math.min(stack.stackName.length + 1 + Ref.length + SUFFIX_CHARS, NAME_CHARS);
  return isQueue(Ref) ? queueHead(stack).length + name : Math.min(name, SHORTEST_LIMIT);
}

/** Names of buckets and streams may have no more. */
const SHORTEST_LIMIT = 63;

/** How a queue's URL begins; the shortest one, where the region is not known yet. */
function queueHead({ region }: Stack): string {
  return `https://sqs.${Token.isUnresolved(region) ? 'us-east-1' : region}.amazonaws.com/123456789012/`;
}
