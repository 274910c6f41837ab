import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { type Bug, withBug } from './bug.ts';
import { againBugs } from './bugs/again.ts';
import { BUGS, SOUND_AGAIN, SOUND_CONTROLS, SOUND_DEPLOYMENTS, SOUND_REDRIVES, SOUND_SKEWED } from './bugs/all.ts';
import { controlBugs } from './bugs/controls.ts';
import { deploymentBugs } from './bugs/deployments.ts';
import { redriveBugs } from './bugs/redrives.ts';
import { skewedBugs } from './bugs/skewed.ts';
import type { PlantedWorld } from './worlds.ts';

/**
 * Hunts one bug, named by the first argument, through as many seeds as the second one says, and prints what it found as JSON.
 * Without a name nothing is planted, and with the names `controls`, `again`, `deployments`, `skewed` and `redrives` neither, in the
 * worlds of those. It is a process of its own, as modules are loaded once.
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
if (!['', SOUND_CONTROLS, SOUND_AGAIN, SOUND_DEPLOYMENTS, SOUND_SKEWED, SOUND_REDRIVES].includes(name))
  plant(bugNamed(name));

// Only now is any code loaded that the bug may be in.
const worlds = await worldsFor(name);
const { deploymentOf } = await import('../../../lib/testing/application.ts');
const { worldRunner } = await import('../../../lib/testing/one-world.ts');

const runs = await Promise.all(
  worlds.map(async ({ name: world, tiers, controls = [], next, input, flows, eventually, redrive }) => ({
    world,
    flows: Array.from({ length: flows }, (_, i) => i),
    run: worldRunner({
      deployment: await deploymentOf({ tiers, controls, ...(next && { next }) }),
      make: input,
      faults: 'some',
      always: {},
      eventually,
      ...(redrive && { redrive }),
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

async function worldsFor(name: string): Promise<readonly PlantedWorld[]> {
  const isOf = (bugs: readonly Bug[]): boolean => bugs.some((bug) => bug.name === name);
  if (name === SOUND_CONTROLS || isOf(controlBugs)) return (await import('./controlled-worlds.ts')).controlledWorlds;
  if (name === SOUND_AGAIN || isOf(againBugs)) return (await import('./controlled-worlds.ts')).againWorlds;
  if (name === SOUND_DEPLOYMENTS || isOf(deploymentBugs)) return (await import('./deployed-worlds.ts')).deployedWorlds;
  if (name === SOUND_SKEWED || isOf(skewedBugs)) return (await import('./skewed-worlds.ts')).skewedWorlds;
  if (name === SOUND_REDRIVES || isOf(redriveBugs)) return (await import('./redriven-worlds.ts')).redrivenWorlds;
  return (await import('./worlds.ts')).worlds;
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
