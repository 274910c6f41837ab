import { type Check, type Finding, ownerOf, pairs } from './finding.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** As old as raises the alarm of a deployed cascade. */
const OLD_MS = 15 * MINUTE_MS;
/** Time for people to look after a dead letter before its queue deletes it. */
const NOTICE_MS = 3 * DAY_MS;
/** More than a burst that the next minutes work off. */
const DEEP = 10_000;

/** Messages that wait too long, or in too great numbers. */
export const keepingUp: Check = (checked) =>
  pairs(checked).flatMap(({ spec: { name }, there }): Finding[] => {
    if (name.endsWith('.dlq') || (name === 'answers' && !checked.graph.destination)) return [];
    const place = { tier: ownerOf(name), queue: name };
    const found: Finding[] = [];
    if ((there.oldestMs ?? 0) > OLD_MS) {
      const problem = `the oldest message in ${name} has been waiting for ${ageText(there.oldestMs!)}`;
      const fix = `It fails again and again, or the tier is too slow: npx sluice flow <its flow>${checked.at}; raise maxConcurrency or batch.size of ${place.tier}.`;
      found.push({ severity: 'warning', code: 'old-messages', ...place, problem, fix });
    }
    if ((there.depth?.ready ?? 0) >= DEEP) {
      const problem = `${there.depth!.ready} messages wait in ${name}`;
      const fix = `Raise maxConcurrency or batch.size of ${place.tier} unless this is a burst.`;
      found.push({ severity: 'note', code: 'deep-queue', ...place, problem, fix });
    }
    return found;
  });

/** Dead letters that their queue will soon delete unseen. */
export const lettersKept: Check = ({ facts, at }) =>
  facts.queues.flatMap(({ name, oldestMs, retentionMs }): Finding[] => {
    if (!name.endsWith('.dlq') || oldestMs === undefined || retentionMs === undefined) return [];
    const left = retentionMs - oldestMs;
    if (left > NOTICE_MS) return [];
    const tier = ownerOf(name);
    const problem = `the oldest dead letter of ${tier} is ${ageText(oldestMs)} old, and is deleted in ${ageText(Math.max(0, left))}`;
    const fix = `Redrive it now, or keep a copy: npx sluice dlq ls --tier ${tier}${at} --json; npx sluice dlq redrive --tier ${tier}${at}`;
    return [{ severity: 'error', code: 'dead-letters-expiring', tier, queue: name, problem, fix }];
  });

function ageText(ms: number): string {
  if (ms >= 2 * DAY_MS) return `${Math.floor(ms / DAY_MS)} days`;
  if (ms >= 2 * HOUR_MS) return `${Math.floor(ms / HOUR_MS)} hours`;
  return `${Math.max(1, Math.floor(ms / MINUTE_MS))} min`;
}
