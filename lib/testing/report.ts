import type { Violation } from './check.ts';
import type { SmallWorld } from './shrink.ts';

const inCode = (world: SmallWorld): string => `check({ …, only: ${JSON.stringify(world)} })`;

/** What a check found, for people: each law that was broken, the shortest trace that shows it, and how to see it again. */
export function reportOf(found: readonly Violation[], again: (world: SmallWorld) => string = inCode): string {
  const shown = new Set<string>();
  return found
    .map((violation) => {
      const world = JSON.stringify(violation.world);
      const isKnown = shown.has(world);
      shown.add(world);
      const { trace } = violation;
      const story = isKnown ? ['  The same world as above.'] : ['', trace, '', `  Again: ${again(violation.world)}`];
      return [...headOf(violation), ...story].join('\n');
    })
    .join('\n\n');
}

function headOf({ law, seed, flow, message, world: { flows, faults } }: Violation): readonly string[] {
  const size = `${flows.length} ${flows.length === 1 ? 'flow' : 'flows'}, ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`;
  return [`✗ ${law} · seed ${seed} · shrunken to ${size}`, `  ${message}${flow === undefined ? '' : ` (${flow})`}`];
}
