import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { applicationOf, archive, deployed, type Resource, resourcesOf, TIERS } from './support.ts';

type Resources = Readonly<Record<string, Resource>>;

const added = (before: Resources, after: Resources): string[] => Object.keys(after).filter((path) => !before[path]);
const changed = (before: Resources, after: Resources): string[] =>
  Object.keys(before).filter((path) => after[path] && JSON.stringify(before[path]) !== JSON.stringify(after[path]));

const two = resourcesOf(applicationOf(TIERS.first(), TIERS.second()));
const three = resourcesOf(applicationOf(TIERS.first(), TIERS.second(), TIERS.third()));

describe('adding a tier file', () => {
  test('adds resources of that tier only', () => {
    expect(added(two, three).filter((path) => !path.startsWith('third/'))).toEqual([]);
    expect(added(two, three)).toHaveLength(16);
    expect(added(three, two)).toEqual([]);
  });

  test('changes one permission and one variable of the tier before, and the row of the dashboard', () => {
    expect(changed(two, three)).toEqual(['second/Role/DefaultPolicy', 'second/Function', 'Dashboard']);
    const sends = (resources: Resources): unknown[] =>
      resources['second/Role/DefaultPolicy']!.Properties.PolicyDocument.Statement.find(
        ({ Action }: { readonly Action: unknown }) => Action === 'sqs:SendMessage',
      ).Resource;
    expect(sends(three)).toEqual([{ 'Fn::GetAtt': ['third/Queue', 'Arn'] }, ...sends(two)]);
    const { Environment: _, ...before } = two['second/Function']!.Properties;
    const { Environment: variables, ...after } = three['second/Function']!.Properties;
    expect(after).toEqual(before);
    expect(JSON.stringify(variables)).toContain('third/Queue');
  });

  test('keeps every logical id, so that nothing is replaced', () => {
    const ids = (...definitions: readonly unknown[]): string[] =>
      Object.keys(Template.fromStack(deployed(applicationOf(...definitions)).stack).toJSON().Resources);
    const before = ids(TIERS.first(), TIERS.second());
    const after = new Set(ids(TIERS.first(), TIERS.second(), TIERS.third()));
    expect(before.filter((id) => !after.has(id))).toEqual([]);
  });

  test('before all others adds as little', () => {
    const own = resourcesOf(applicationOf(TIERS.first()));
    const beside = resourcesOf(applicationOf(TIERS.first(), TIERS.first({ name: 'alone' })));
    expect(added(own, beside).filter((path) => !path.startsWith('alone/'))).toEqual([]);
    expect(changed(own, beside)).toEqual(['Dashboard']);
  });
});

test('adding a destination adds its function, and leaves the queue of answers where it is', () => {
  const after = resourcesOf(applicationOf(TIERS.first(), TIERS.second(), archive()));
  expect(added(two, after).filter((path) => !path.startsWith('Answers/'))).toEqual([]);
  expect(changed(two, after)).toEqual(['Answers/Queue']);
});
