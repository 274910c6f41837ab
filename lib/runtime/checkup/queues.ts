import { type Check, type Finding, messagesIn, ownerOf, pairs } from './finding.ts';

/** What AWS asks for at least, so that throttling alone never gives a message up (Lambda developer guide, SQS error handling). */
const LEAST_RECEIVES = 5;

/** Queues that the tier files need and the deployment does not have. */
export const deployedWhole: Check = ({ graph, facts }) => {
  const known = new Map(facts.queues.map((queue) => [queue.name, queue]));
  return graph.queues.flatMap(({ name }): Finding[] => {
    const place = { tier: ownerOf(name), queue: name };
    if (!known.has(name)) {
      const problem = `queue ${name} is not deployed`;
      return [{ severity: 'error', code: 'not-deployed', ...place, problem, fix: 'Deploy it: npx cdk deploy' }];
    }
    if (known.get(name)!.depth) return [];
    const problem = `queue ${name} was deployed and is gone`;
    const fix = 'Something else deleted it. Deploy it anew: remove the tier, deploy, add it again, deploy.';
    return [{ severity: 'error', code: 'queue-gone', ...place, problem, fix }];
  });
};

/** Messages that wait and nobody takes. */
export const beingRead: Check = ({ graph, facts, before, at }) => {
  const waiting = facts.queues.filter(({ name, depth }) => !name.endsWith('.dlq') && (depth?.ready ?? 0) > 0);
  if (facts.running === false) {
    const count = waiting.reduce((sum, { depth }) => sum + depth!.ready, 0);
    const fix = `Run it: npx sluice dev${at}`;
    const problem = `${waitText(count)} and nothing runs`;
    return count > 0 ? [{ severity: 'warning', code: 'not-running', problem, fix }] : [];
  }
  return waiting.flatMap(({ name, depth }): Finding[] => {
    const earlier = before?.queues.find((queue) => queue.name === name)?.depth;
    const isRead = !earlier || earlier.inFlight + depth!.inFlight > 0 || depth!.ready < earlier.ready;
    if (isRead || (name === 'answers' && !graph.destination)) return [];
    const problem = `${waitText(depth!.ready)} in ${name} and nothing takes them`;
    const fix = 'See that its event source mapping is enabled, and the log of its function.';
    return [{ severity: 'warning', code: 'unread', tier: ownerOf(name), queue: name, problem, fix }];
  });
};

/** Times and counts that would deliver messages twice, or give them up unseen. */
export const settingsHold: Check = (checked) =>
  pairs(checked).flatMap(({ spec, there }): Finding[] => {
    const place = { tier: ownerOf(spec.name), queue: spec.name };
    const found: Finding[] = [];
    const fix = 'Deploy the tier files as they are: npx cdk deploy';
    if (spec.deadLetters !== undefined) {
      if (there.visibilityMs !== undefined && there.visibilityMs < spec.visibilityMs) {
        const problem = `${spec.name} hides messages for ${there.visibilityMs / 1_000} s, and its tier needs ${spec.visibilityMs / 1_000} s`;
        found.push({ severity: 'error', code: 'visibility-short', ...place, problem, fix });
      }
      if (there.maxReceives === undefined) {
        const problem = `${spec.name} has no dead-letter queue: a message that kills its function comes back until it is too old`;
        found.push({ severity: 'error', code: 'no-dead-letters', ...place, problem, fix });
      } else if (there.maxReceives < Math.max(LEAST_RECEIVES, spec.maxReceives ?? 0)) {
        const problem = `${spec.name} gives messages up after ${there.maxReceives} receives; its tier files ask for ${spec.maxReceives}`;
        found.push({ severity: 'warning', code: 'receives-few', ...place, problem, fix });
      }
    }
    const letters = checked.facts.queues.find(({ name }) => name === spec.deadLetters);
    // A message keeps the time it was sent at when it becomes a dead letter.
    if ((letters?.retentionMs ?? Number.POSITIVE_INFINITY) <= (there.retentionMs ?? 0)) {
      const problem = `${letters!.name} keeps its letters no longer than ${spec.name} its messages`;
      found.push({ severity: 'error', code: 'dead-letters-expire-first', ...place, problem, fix });
    }
    return found;
  });

const waitText = (count: number): string => (count === 1 ? '1 message waits' : `${count} messages wait`);

/** Flows that were given up. */
export const withoutDeadLetters: Check = ({ facts, at }) =>
  facts.queues.flatMap((queue): Finding[] => {
    const count = messagesIn(queue);
    if (!queue.name.endsWith('.dlq') || count === 0) return [];
    const tier = ownerOf(queue.name);
    const problem = `${count} dead ${count === 1 ? 'letter' : 'letters'} of ${tier}`;
    const fix = `See why: npx sluice dlq ls --tier ${tier}${at}; then npx sluice dlq redrive --tier ${tier}${at}`;
    return [{ severity: 'warning', code: 'dead-letters', tier, queue: queue.name, problem, fix }];
  });
