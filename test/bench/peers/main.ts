import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Benchmarks, Scenario } from './common/document.ts';
import { installPeers } from './common/install.ts';
import { pinnedVersions, thisMachine } from './common/machine.ts';
import { goalRow, renderBenchmarks, tableLines } from './common/render.ts';
import { type Effort, type Found, observe } from './common/scenario.ts';
import { redisVersion } from './local/redis.ts';

/**
 * `npm run bench:peers`: sluice beside what its users would use instead. `--json` prints the document, `--write` keeps it
 * as `docs/benchmarks.json` and the page made of it, `--quick` sees that everything works, `--only <name>` runs one.
 */
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
// What is partly measured must not stand for the whole.
if (values.write && values.only) throw new Error('--write wants all scenarios: leave out --only');

const SCENARIOS: Readonly<Record<string, () => Promise<(effort: Effort) => Promise<Found>>>> = {
  handler: async () => (await import('./handler/scenario.ts')).handlerScenario,
  local: async () => (await import('./local/scenario.ts')).localScenario,
  join: async () => (await import('./join/scenario.ts')).joinScenario,
  objects: async () => (await import('./objects/scenario.ts')).objectsScenario,
  cascade: async () => (await import('./cascade/scenario.ts')).cascadeScenario,
};
const names = values.only ? [values.only] : Object.keys(SCENARIOS);
const unknown = names.find((name) => !(name in SCENARIOS));
if (unknown) throw new Error(`there is no ${unknown}: ${Object.keys(SCENARIOS).join(', ')}`);

installPeers();
const effort: Effort = { quick: values.quick, progress: (what) => process.stderr.write(`measuring ${what} …\n`) };
const scenarios: Scenario[] = [];
for (const name of names) {
  const scenario = await observe(await SCENARIOS[name]!(), effort);
  scenarios.push(scenario);
  if (!values.json) print(scenario);
}
const document: Benchmarks = {
  command: `npm run bench:peers -- ${values.quick ? '--quick ' : ''}--write`,
  date: new Date().toISOString().slice(0, 10),
  quick: values.quick,
  machine: thisMachine(),
  versions: { ...pinnedVersions(), 'redis-server (Debian)': redisVersion() ?? 'none found' },
  scenarios,
};
if (values.json) console.log(JSON.stringify(document));
if (values.write) {
  const root = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
  writeFileSync(root('docs/benchmarks.json'), `${JSON.stringify(document, null, 2)}\n`);
  writeFileSync(root('docs/benchmarks.md'), renderBenchmarks(document));
  execFileSync(root('node_modules/.bin/biome'), ['format', '--write', root('docs/benchmarks.json')], {
    stdio: 'ignore',
  });
}

function print({ title, tables, goals, load, seconds }: Scenario): void {
  console.log(`\n${title}  (load ${load.join(' to ')}, ${seconds} s)`);
  for (const table of tables) console.log(`\n${table.title}\n${tableLines(table).join('\n')}`);
  for (const goal of goals) {
    const { text, limit, measured, met } = goalRow(goal);
    console.log(`\ngoal ${text}: ${measured} (limit ${limit}), ${met === 'yes' ? 'met' : 'not met'}`);
  }
}
