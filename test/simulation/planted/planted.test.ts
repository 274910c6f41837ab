import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { deploymentOf } from '../../../lib/testing/application.ts';
import { LAWS } from '../../../lib/testing/laws/all.ts';
import { CONTROL_LAWS } from '../../../lib/testing/laws/of-controls.ts';
import { JOIN_LAWS } from '../../../lib/testing/laws/of-joins.ts';
import { runsOf } from '../../../lib/testing/runs.ts';
import { withBug } from './bug.ts';
import { BUGS, SOUND_AGAIN, SOUND_CONTROLS, SOUND_DEPLOYMENTS, SOUND_REDRIVES, SOUND_SKEWED } from './bugs/all.ts';
import { controlledWorlds } from './controlled-worlds.ts';
import type { Found } from './hunt.ts';
import { worlds } from './worlds.ts';

/** A bug that is not found in so many worlds is not found. */
const SEEDS = 1_000;
/** As many hunts at a time as a small machine has cores. */
const HUNTERS = 2;

/** The laws of every cascade. */
const deployment = await deploymentOf({ tiers: worlds[0]!.tiers });
const laws = [...LAWS, ...JOIN_LAWS, ...CONTROL_LAWS].map((make) => make(deployment.whole, runsOf(deployment)).name);

const run = promisify(execFile);
const script = fileURLToPath(new URL('./hunt.ts', import.meta.url));

async function hunt(bug: string): Promise<Found> {
  const { stdout } = await run(process.execPath, ['--conditions=sluice-source', script, bug, String(SEEDS)]);
  return JSON.parse(stdout) as Found;
}

async function huntAll(bugs: readonly string[]): Promise<ReadonlyMap<string, Found>> {
  const left = [...bugs];
  const found = new Map<string, Found>();
  const hunter = async (): Promise<void> => {
    for (let bug = left.shift(); bug !== undefined; bug = left.shift()) found.set(bug, await hunt(bug));
  };
  await Promise.all(Array.from({ length: HUNTERS }, hunter));
  return found;
}

function tableOf(found: ReadonlyMap<string, Found>): string {
  const rows = BUGS.map(({ name }) => {
    const { seeds, laws: broken } = found.get(name)!;
    return `${broken.length > 0 ? String(seeds).padStart(5) : 'never'}  ${name.padEnd(64)} ${broken[0] ?? ''}`;
  });
  return [`seeds  ${'bug'.padEnd(64)} law`, ...rows].join('\n');
}

test.each(BUGS)('$name: fits one place of the code', async (bug) => {
  const source = await readFile(bug.file, 'utf8');
  expect(withBug(source, bug)).not.toBe(source);
});

test('bugs have names of their own and name laws that there are', () => {
  expect(new Set(BUGS.map(({ name }) => name)).size).toBe(BUGS.length);
  const known = [...laws, ...[...worlds, ...controlledWorlds].flatMap(({ eventually }) => Object.keys(eventually))];
  expect(BUGS.flatMap(({ finds }) => finds).filter((law) => !known.includes(law))).toEqual([]);
});

test('each bug is found, each law finds one, and sound code breaks none', { timeout: 600_000 }, async () => {
  // What nothing is planted in goes through every seed, so it begins.
  const sound = ['', SOUND_CONTROLS, SOUND_AGAIN, SOUND_DEPLOYMENTS, SOUND_SKEWED, SOUND_REDRIVES];
  const found = await huntAll([...sound, ...BUGS.map(({ name }) => name)]);
  console.log(tableOf(found));
  for (const name of sound) expect(found.get(name)).toMatchObject({ seeds: SEEDS, laws: [] });
  const missed = BUGS.filter(({ name, finds }) => !found.get(name)!.laws.some((law) => finds.includes(law)));
  expect(missed.map(({ name }) => found.get(name))).toEqual([]);
  const broken = new Set([...found.values()].flatMap((one) => one.laws));
  expect(laws.filter((law) => !broken.has(law))).toEqual([]);
});
