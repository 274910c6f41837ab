import type { Check, Finding } from './finding.ts';

/** Items that nobody would delete. */
export const expiring: Check = ({ facts }) =>
  facts.expires === false
    ? [
        {
          severity: 'error',
          code: 'time-to-live-off',
          problem: 'the flow table keeps everything for ever: it has no time to live',
          fix: 'Turn it on, attribute expiresAt: npx cdk deploy, or aws dynamodb update-time-to-live.',
        },
      ]
    : [];

/** Tiers that run as another version than their files. */
export const upToDate: Check = ({ graph, facts }) =>
  graph.tiers.flatMap(({ tier: { name }, version, file }): Finding[] => {
    const deployed = facts.versions?.[name];
    if (deployed === undefined || deployed === version) return [];
    const problem = `tier ${name} is deployed as version ${deployed}, and ${file} is ${version}`;
    return [{ severity: 'note', code: 'version-differs', tier: name, problem, fix: 'Deploy it: npx cdk deploy' }];
  });
