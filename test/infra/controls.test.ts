import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { FUNCTION_CONFIG } from '../../lib/aws/function-config.ts';
import { control, defineControl, model, threshold } from '../../lib/index.ts';
import { applicationOf, byPath, deployed, type Resource, resourcesOf, TIERS } from './support.ts';

const Photo = z.object({ shop: z.string() });
const limit = defineControl({ name: 'limit', schema: z.number(), beforeControl: 'buffer' });
const reading = (extra: object = {}) =>
  TIERS.first({
    controls: { limit: control<{ default: typeof limit }>('limit') },
    state: { schema: z.number(), initial: 0, keyBy: () => 'a' },
    ...extra,
  });
const resources = (): Readonly<Record<string, Resource>> => resourcesOf(applicationOf(reading(), limit, threshold));

/** What a role may do with items of the table, by their keys. */
function items(policy: Resource): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, string[]> = {};
  for (const { Action, Condition } of policy.Properties.PolicyDocument.Statement) {
    const keys = Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] as string[] | undefined;
    for (const action of keys ? [Action].flat() : []) found[action] = [...(found[action] ?? []), ...keys!];
  }
  return found;
}

test('an application with controls gets a queue for them, a function that applies them, and nothing else', () => {
  const without = new Set(Object.keys(resourcesOf(applicationOf(TIERS.first()))));
  const added = Object.keys(resources()).filter((path) => !without.has(path));
  expect(added.filter((path) => !path.startsWith('Controls/'))).toEqual([]);
  const { 'Controls/Queue': queue, 'Controls/Function': fn } = resources();
  expect(queue!.Properties).toMatchObject({ RedrivePolicy: { maxReceiveCount: 20 } });
  expect(fn!.Properties).toMatchObject({ MemorySize: 256, Timeout: 35 });
  const config = JSON.stringify(fn!.Properties.Environment.Variables[FUNCTION_CONFIG]);
  expect(config).toContain(String.raw`\"threshold\":[\"first\"]`);
});

test('a tier may read the controls it names and change its own state; the function of the controls may change them', () => {
  const { 'first/Role/DefaultPolicy': first, 'Controls/Role/DefaultPolicy': controls } = resources();
  expect(items(first!)).toEqual({
    'dynamodb:GetItem': ['tries#first#*', 'state#first#*', 'reply#*', 'control#limit#*', 'control#threshold#*'],
    'dynamodb:UpdateItem': ['tries#first#*', 'state#first#*', 'reply#*'],
  });
  expect(items(controls!)).toEqual({
    'dynamodb:GetItem': ['control#limit#*', 'control#threshold#*'],
    'dynamodb:UpdateItem': ['control#limit#*', 'control#threshold#*'],
  });
});

test('a tier that waits for controls may be received so often that none of it is given up within three days', () => {
  expect(resources()['first/Queue']!.Properties.RedrivePolicy.maxReceiveCount).toBe(1_000);
});

test('where a control names models, tiers that load may read their files, and whoever is granted control may store them', () => {
  const loading = TIERS.first({ load: () => 1 });
  const { stack, cascade } = deployed(applicationOf(loading, TIERS.third({ input: Photo, name: 'third' }), model));
  const role = new Role(stack, 'Operator', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  cascade.grantControl(role);
  const all = byPath(Template.fromStack(stack).toJSON().Resources);
  const touches = (path: string): readonly string[] =>
    all[path]!.Properties.PolicyDocument.Statement.filter((one: object) =>
      JSON.stringify(one).includes('/models/*'),
    ).map(({ Action }: { Action: string }) => Action);
  expect(touches('first/Role/DefaultPolicy')).toEqual(['s3:GetObject']);
  expect(touches('third/Role/DefaultPolicy')).toEqual([]);
  expect(touches('Test/Operator/DefaultPolicy')).toEqual(['s3:PutObject']);
});

test('whoever is granted control may send control messages and look at controls, and no more', () => {
  const { stack, cascade } = deployed(applicationOf(reading(), limit));
  const role = new Role(stack, 'Operator', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  cascade.grantControl(role);
  const policy = byPath(Template.fromStack(stack).toJSON().Resources)['Test/Operator/DefaultPolicy']!;
  expect(items(policy)).toEqual({ 'dynamodb:GetItem': ['control#limit#*'] });
  const sends = policy.Properties.PolicyDocument.Statement.filter(
    (one: { Action: string }) => one.Action === 'sqs:SendMessage',
  );
  expect(JSON.stringify(sends)).toContain('Controls/Queue');
  expect(sends).toHaveLength(1);
});

test('without controls there is nobody to grant', () => {
  const { stack, cascade } = deployed(applicationOf(TIERS.first()));
  const role = new Role(stack, 'Operator', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  expect(() => cascade.grantControl(role)).toThrow(/has no controls/);
  expect(cascade.controls).toBeUndefined();
});
