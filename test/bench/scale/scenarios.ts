import { LIMITS } from './aws.ts';
import type { Changes, TierShape } from './shape.ts';

/** One way to deploy the same cascade. */
export interface Scenario {
  readonly name: string;
  readonly changes: Readonly<Record<string, Changes>>;
  readonly accountConcurrency: number;
}

/** The options that scale a tier, each turned alone. */
export function scenariosOf(shape: readonly TierShape[], given: Scenario, flowsPerSecond: number): readonly Scenario[] {
  const { changes, accountConcurrency } = given;
  const everywhere = (name: string, change: (tier: TierShape) => Changes): Scenario => ({
    name,
    accountConcurrency,
    changes: Object.fromEntries(shape.map((tier) => [tier.name, merged(changes[tier.name] ?? {}, change(tier))])),
  });
  // As many as receive all flows from the first second on.
  const { receivesEach, maximum } = LIMITS.pollers;
  const ready = Math.min(maximum, Math.ceil(flowsPerSecond / (receivesEach * LIMITS.messagesPerRequest)));
  const tens = everywhere('batches of 10, no window', () => ({ batchSize: 10, windowSeconds: 0 }));
  const more = 5 * accountConcurrency;
  const less = Math.round(accountConcurrency / 5);
  return [
    given,
    { ...given, name: `account limit ${less}`, accountConcurrency: less },
    { ...given, name: `account limit ${more}`, accountConcurrency: more },
    tens,
    { ...tens, name: `${tens.name}, account limit ${more}`, accountConcurrency: more },
    everywhere('batches of 100, window 1 s', () => ({ batchSize: 100, windowSeconds: 1 })),
    everywhere('window 5 s', ({ settings }) => ({ batchSize: settings.batchSize, windowSeconds: 5 })),
    everywhere('half the memory', ({ settings }) => ({ memorySize: settings.memorySize / 2 })),
    everywhere(`memory ${LIMITS.vcpuMiB}, one vCPU`, () => ({ memorySize: LIMITS.vcpuMiB })),
    everywhere('maxConcurrency 100 a tier', () => ({ maxConcurrency: 100 })),
    everywhere('pollers 2 to 200', () => ({ pollers: { minimum: 2, maximum: 200 } })),
    everywhere(`pollers ${ready} to 200`, () => ({ pollers: { minimum: ready, maximum: 200 } })),
  ];
}

/** Pollers and a maximum concurrency exclude each other, so the later of them takes the place of the other. */
function merged({ pollers, maxConcurrency, ...given }: Changes, change: Changes): Changes {
  if (change.pollers || change.maxConcurrency) return { ...given, ...change };
  return { ...given, ...(pollers && { pollers }), ...(maxConcurrency && { maxConcurrency }), ...change };
}
