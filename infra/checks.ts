import { type IPolicyValidationPlugin, Stage, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { ENVIRONMENT_RULE, environmentFindings } from './checks-environment.ts';
import { feedsIn } from './checks-feeds.ts';
import { type Finding, findingsOf, RULE_NAMES } from './checks-rules.ts';

/**
 * A validation plugin that refuses, at synth, what CDK lets pass and AWS punishes: in the deployment, or later by lost
 * messages. It looks at every queue that feeds a function, and at the variables of every function, also outside of cascades; {@link Cascade} adds it by itself.
 * What is meant to be is acknowledged by its rule: `Validations.of(queue).acknowledge({ id: 'sluice::no-dead-letters', reason })`.
 *
 * @example
 * ```ts no-run
 * Validations.of(app).addPlugins(queueChecks());
 * ```
 */
export function queueChecks(): IPolicyValidationPlugin {
  return {
    name: 'sluice',
    ruleIds: [...RULE_NAMES, ENVIRONMENT_RULE],
    validate({ appConstruct }) {
      const findings = findQueueFaults(appConstruct);
      return {
        success: findings.length === 0,
        violations: findings.map(({ rule, path, problem, fix }) => ({
          ruleName: rule,
          description: `${path}: ${problem}`,
          fix,
          severity: 'error',
          violatingResources: [{ constructPath: path, locations: ['Properties'] }],
        })),
      };
    },
  };
}

/**
 * What {@link queueChecks} finds below a construct, each once: for a test of a stack that is never synthesized.
 *
 * @example
 * ```ts no-run
 * expect(findQueueFaults(stack)).toEqual([]);
 * ```
 */
export function findQueueFaults(root: IConstruct): readonly Finding[] {
  const findings = [...feedsIn(root).flatMap(findingsOf), ...environmentFindings(root)];
  return findings.filter(({ rule, path }, i) => findings.findIndex((f) => f.rule === rule && f.path === path) === i);
}

const checked = new WeakSet<Stage>();

/** Adds the checks to the stage or app around a construct, once. */
export function checkStageOf(construct: IConstruct): void {
  const stage = Stage.of(construct);
  if (!stage || checked.has(stage)) return;
  checked.add(stage);
  Validations.of(stage).addPlugins(queueChecks());
}
