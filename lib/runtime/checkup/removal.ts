import { type Check, type Checked, type Finding, messagesIn, ownerOf } from './finding.ts';

/** Tiers that are on their way out: whether their files may be deleted yet, and whether those deleted may be deployed. */
export const safeToRemove: Check = (checked) => [...retired(checked), ...leftovers(checked)];

function retired(checked: Checked): readonly Finding[] {
  const names = checked.graph.tiers.filter(({ tier }) => tier.retired).map(({ tier }) => tier.name);
  return names.map((tier): Finding => {
    const left = contentsOf(checked, tier);
    return left === undefined
      ? {
          severity: 'note',
          code: 'retired-done',
          tier,
          problem: `retired tier ${tier} is empty: its file can be deleted`,
          fix: 'Counts of SQS lag: look again in a minute, then delete the file and deploy.',
        }
      : {
          severity: 'warning',
          code: 'retired-busy',
          tier,
          problem: `retired tier ${tier} is not done: ${left}`,
          fix: 'Keep its file until they are gone; redrive or purge its dead letters.',
        };
  });
}

function leftovers(checked: Checked): readonly Finding[] {
  const { graph, facts } = checked;
  const declared = new Set(graph.queues.map(({ name }) => ownerOf(name)));
  const names = new Set(facts.queues.map(({ name }) => ownerOf(name)).filter((name) => !declared.has(name)));
  return [...names].map((tier): Finding => {
    const left = contentsOf(checked, tier);
    return left === undefined
      ? {
          severity: 'note',
          code: 'leftover-done',
          tier,
          problem: `tier ${tier} is still there, has no file and is empty`,
          fix: 'The next npx cdk deploy removes it, and nothing is lost.',
        }
      : {
          severity: 'error',
          code: 'leftover-busy',
          tier,
          problem: `tier ${tier} has no file any more, and the next deployment would delete ${left}`,
          fix: 'Put its file back with retired: true, deploy, and wait until it is empty.',
        };
  });
}

/** What a tier's queues hold, in words; `undefined` where nothing. */
function contentsOf({ facts }: Checked, tier: string): string | undefined {
  const own = facts.queues.filter(({ name }) => ownerOf(name) === tier);
  const sum = (isDeadLetters: boolean): number =>
    own
      .filter(({ name }) => name.endsWith('.dlq') === isDeadLetters)
      .reduce((all, queue) => all + messagesIn(queue), 0);
  const parts = [[sum(false), 'waiting messages'] as const, [sum(true), 'dead letters'] as const];
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return told.length === 0 ? undefined : told.join(' and ');
}
