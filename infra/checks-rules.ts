import type { Feed } from './checks-feeds.ts';

/** What a rule found: what is wrong, and what to do. */
export interface Finding {
  readonly rule: string;
  /** Path of the construct to change. */
  readonly path: string;
  readonly problem: string;
  readonly fix: string;
}

type Rule = (feed: Feed) => Pick<Finding, 'problem' | 'fix'> | undefined;

/** Fewer receives than this and a throttled message is dead-lettered without anyone having looked at it. */
const FEWEST_RECEIVES = 5;

/** What CDK lets pass, and AWS punishes: each rule looks at one queue that feeds one function. */
const RULES: Readonly<Record<string, { readonly at: 'mapping' | 'queue' | 'function'; readonly check: Rule }>> = {
  'batch-without-window': {
    at: 'mapping',
    check: ({ batchSize, windowSeconds }) =>
      batchSize > 10 && windowSeconds < 1
        ? {
            problem: `a batch of ${batchSize} without a window: the deployment fails, for above 10 Lambda wants one`,
            fix: 'Set a window of 1 s or more, or a batch of at most 10.',
          }
        : undefined,
  },
  'no-partial-failures': {
    at: 'mapping',
    check: ({ reportsItems }) =>
      reportsItems
        ? undefined
        : {
            problem: 'failures are not reported one by one: one bad record brings its whole batch back',
            fix: 'Set reportBatchItemFailures: true.',
          },
  },
  'concurrency-above-reserved': {
    at: 'function',
    check: ({ allConcurrency, reserved }) =>
      reserved !== undefined && allConcurrency !== undefined && allConcurrency > reserved
        ? {
            problem: `its queues may start ${allConcurrency} invocations at a time and ${reserved} are reserved: the rest is throttled, and each throttle uses up a receive`,
            fix: `Lower maxConcurrency to ${reserved} or less in all, or reserve ${allConcurrency}.`,
          }
        : undefined,
  },
  'reserved-without-concurrency': {
    at: 'function',
    check: ({ allConcurrency, reserved }) =>
      reserved !== undefined && allConcurrency === undefined
        ? {
            problem: `${reserved} invocations are reserved and its queues know no limit: what is throttled uses up receives`,
            fix: `Set maxConcurrency to ${reserved} or less.`,
          }
        : undefined,
  },
  'no-dead-letters': {
    at: 'queue',
    check: ({ maxReceives }) =>
      maxReceives === undefined
        ? {
            problem: 'it has no dead-letter queue: what fails for ever comes back until it expires, then it is gone',
            fix: 'Give it a dead-letter queue, with a maxReceiveCount of 5 or more.',
          }
        : undefined,
  },
  'too-few-receives': {
    at: 'queue',
    check: ({ maxReceives }) =>
      maxReceives !== undefined && maxReceives < FEWEST_RECEIVES
        ? {
            problem: `maxReceiveCount is ${maxReceives}: messages that were only throttled go to the dead letters`,
            fix: `Set it to ${FEWEST_RECEIVES} or more.`,
          }
        : undefined,
  },
  'visibility-below-timeout': {
    at: 'queue',
    check: ({ visibilitySeconds, timeoutSeconds }) =>
      visibilitySeconds < timeoutSeconds
        ? {
            problem: `messages stay hidden for ${visibilitySeconds} s and its function may run ${timeoutSeconds} s: the deployment fails`,
            fix: `Set the visibility timeout to ${6 * timeoutSeconds} s or more.`,
          }
        : undefined,
  },
  'visibility-below-six-timeouts': {
    at: 'queue',
    check: ({ visibilitySeconds, timeoutSeconds, windowSeconds }) => {
      const needed = 6 * timeoutSeconds + windowSeconds;
      if (visibilitySeconds >= needed || visibilitySeconds < timeoutSeconds) return undefined;
      return {
        problem: `messages stay hidden for ${visibilitySeconds} s; while Lambda retries a throttled batch they come back twice`,
        fix: `Set the visibility timeout to ${needed} s: six times the function's, and the window.`,
      };
    },
  },
  'dead-letters-expire-first': {
    at: 'queue',
    check: ({ retentionSeconds, deadRetentionSeconds }) =>
      deadRetentionSeconds !== undefined && retentionSeconds >= deadRetentionSeconds
        ? {
            problem: `it keeps messages for ${retentionSeconds} s, its dead-letter queue for ${deadRetentionSeconds} s, counted from the first send: letters vanish unread`,
            fix: 'Keep dead letters for 14 days, and messages for less.',
          }
        : undefined,
  },
};

/** The names of all rules. */
export const RULE_NAMES: readonly string[] = Object.keys(RULES);

/** What all rules find about one feed. */
export function findingsOf(feed: Feed): readonly Finding[] {
  return Object.entries(RULES).flatMap(([rule, { at, check }]) => {
    const found = check(feed);
    return found ? [{ rule, path: feed.paths[at], ...found }] : [];
  });
}
