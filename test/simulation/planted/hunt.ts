import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { type Bug, withBug } from './bug.ts';
import { BUGS, SOUND_CONTROLS } from './bugs/all.ts';
import { controlBugs } from './bugs/controls.ts';

/**
 * Hunts one bug, named by the first argument, through as many seeds as the second one says, and prints what it found as JSON.
 * Without a name nothing is planted, and with the name `controls` neither, in the worlds that live by their controls. It is a
 * process of its own, as modules are loaded once.
 */
export interface Found {
  readonly bug: string;
  /** Seeds looked at; where laws were broken, the last one is the seed that broke them. */
  readonly seeds: number;
  /** The laws that were broken, the first one first. */
  readonly laws: readonly string[];
  /** What the first one says. */
  readonly message?: string;
  readonly world?: string;
  readonly seconds: number;
}

const [, , name = '', most = '1000'] = process.argv;
if (name !== '' && name !== SOUND_CONTROLS) plant(bugNamed(name));

// Only now is any code loaded that the bug may be in.
const isControlled = name === SOUND_CONTROLS || controlBugs.some((bug) => bug.name === name);
const worlds = isControlled
  ? (await import('./controlled-worlds.ts')).controlledWorlds
  : (await import('./worlds.ts')).worlds;
const { graphsOf } = await import('../../../lib/testing/application.ts');
const { worldRunner } = await import('../../../lib/testing/one-world.ts');

const runs = await Promise.all(
  worlds.map(async ({ name: world, tiers, controls = [], input, flows, eventually }) => ({
    world,
    flows: Array.from({ length: flows }, (_, i) => i),
    run: worldRunner({
      graphs: await graphsOf({ tiers, controls }),
      make: input,
      faults: 'some',
      always: {},
      eventually,
    }),
  })),
);

console.log(JSON.stringify(await hunt(Number(most))));

async function hunt(most: number): Promise<Found> {
  const began = performance.now();
  const seconds = (): number => Math.round((performance.now() - began) / 10) / 100;
  for (let seed = 1; seed <= most; seed += 1) {
    const { world, run, flows } = runs[seed % runs.length]!;
    const { broken } = await run({ seed, flows });
    if (broken.length === 0) continue;
    const laws = [...new Set(broken.map(({ law }) => law))];
    return { bug: name, seeds: seed, laws, message: broken[0]!.message, world, seconds: seconds() };
  }
  return { bug: name, seeds: most, laws: [], seconds: seconds() };
}

function bugNamed(wanted: string): Bug {
  const bug = BUGS.find((known) => known.name === wanted);
  if (!bug) throw new Error(`there is no bug "${wanted}"`);
  return bug;
}

/** Changes the file as it is loaded; the one on disk stays as it is. */
function plant(bug: Bug): void {
  const url = pathToFileURL(bug.file).href;
  registerHooks({
    load(loaded, context, next) {
      const result = next(loaded, context);
      return loaded === url ? { ...result, source: withBug(String(result.source), bug) } : result;
    },
  });
}
