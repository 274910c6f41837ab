import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { applicationOf, archive, deployed, TIERS } from './support.ts';

const all = () => applicationOf(TIERS.first(), TIERS.second(), TIERS.third(), archive());

test('the rules of AWS Solutions find nothing that is not acknowledged', () => {
  const { app } = deployed(all());
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  expect(violations.map(({ ruleName, violatingResources }) => [ruleName, violatingResources])).toEqual([]);
});

test('every acknowledgement is of one finding, and says why', () => {
  const { app } = deployed(all());
  const acknowledged = app.node
    .findAll()
    .flatMap(({ node }) =>
      node.metadata
        .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        .flatMap(({ data }) => Object.entries(data as Readonly<Record<string, string>>)),
    );
  expect(acknowledged.length).toBeGreaterThan(0);
  for (const [id, reason] of acknowledged) {
    expect(id).toMatch(/AwsSolutions-(S1|IAM5\[Resource::.+\])$/);
    expect(reason.length, id).toBeGreaterThan(20);
  }
});
