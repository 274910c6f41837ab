import type { Cloud } from '../../lib/index.ts';

/** What a flow was answered. */
export interface Answered {
  /** Output ids it was answered under: one, or the same flow was answered twice. */
  readonly ids: ReadonlySet<string>;
  readonly tier: string;
  readonly output: unknown;
}

/** Takes answers off their queue until `count` flows have one. */
export async function collectAnswers(
  cloud: Cloud,
  count: number,
  withinMs = 120_000,
): Promise<ReadonlyMap<string, Answered>> {
  const answers = new Map<string, Answered>();
  const until = Date.now() + withinMs;
  while (answers.size < count && Date.now() < until) {
    const messages = await cloud.queue('answers').receive({ max: 10, visibilityMs: 30_000, waitMs: 1_000 });
    for (const { body } of messages) {
      const { id, flow, signal } = JSON.parse(body) as {
        readonly id: string;
        readonly flow: string;
        readonly signal: { readonly tier: string; readonly output: unknown };
      };
      const ids = new Set(answers.get(flow)?.ids).add(id);
      answers.set(flow, { ids, tier: signal.tier, output: signal.output });
    }
    await cloud.queue('answers').delete(messages.map((message) => message.receipt));
  }
  return answers;
}

/** Looks again until it is there, for half a minute at most. */
export async function eventually<T>(look: () => Promise<T>, isThere: (found: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    const found = await look();
    if (isThere(found) || tries === 60) return found;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
