import { expect, test } from 'vitest';
import { applicationOf, archive, type Resource, resourcesOf, TIERS } from './support.ts';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** What a function's role allows, a line each, as the template has it: whatever code it came from. */
function reachIn({ Properties }: Resource): readonly string[] {
  const statements = Properties.PolicyDocument.Statement as readonly Statement[];
  return statements.flatMap(({ Action, Resource: resources, Condition }) => {
    const keys = Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] as readonly string[] | undefined;
    const targets = [resources].flat().map(named);
    const lines = keys ? keys.map((key) => `${targets.join()} ${key}`) : targets;
    return [Action].flat().flatMap((action) => lines.map((line) => `${action} ${line}`));
  });
}

function named(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  const { 'Fn::GetAtt': att, 'Fn::Join': join } = resource as {
    readonly 'Fn::GetAtt'?: readonly [string, string];
    readonly 'Fn::Join'?: readonly [string, readonly unknown[]];
  };
  if (att) return att[0];
  return join ? join[1].map(named).join(join[0]) : JSON.stringify(resource);
}

test('no function reaches further than it did: a change here is a permission more, or less', async () => {
  const paced = TIERS.first({ name: 'paced', pace: { minInterval: '1s' }, delivery: 'once' });
  const resources = resourcesOf(applicationOf(TIERS.first(), TIERS.second(), TIERS.third(), paced, archive()));
  const roles = Object.entries(resources).filter(([path]) => path.endsWith('/Role/DefaultPolicy'));
  const text = roles
    .map(
      ([path, policy]) =>
        `${path.replace('/Role/DefaultPolicy', '')}\n${reachIn(policy)
          .map((l) => `  ${l}\n`)
          .join('')}`,
    )
    .sort()
    .join('\n');
  await expect(text).toMatchFileSnapshot('./golden/reach.txt');
});

test('no function may do anything to everything', () => {
  const resources = resourcesOf(applicationOf(TIERS.first(), TIERS.second(), TIERS.third(), archive()));
  const wide = Object.entries(resources)
    .filter(([, { Type }]) => Type === 'AWS::IAM::Policy')
    .flatMap(([path, policy]) => reachIn(policy).map((line) => `${path} ${line}`))
    .filter((line) => / \*$|:\* /.test(line));
  expect(wide).toEqual([]);
});
