import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { isSluiceError } from '../core/errors.ts';
import { requireName } from '../core/options.ts';
import { readDefinitions } from '../runtime/application.ts';
import { withCommonOptions, withHelp, withWork } from './command.ts';
import { EXIT, refused, wrongUsage } from './failure.ts';
import type { CommonOptions } from './io.ts';
import { checkGraphWith, standIn } from './new-tier-graph.ts';
import { type TierFile, upstreamFor } from './new-tier-upstream.ts';
import { applicationNames, findPlace, type Place, placeOf } from './place.ts';
import { firstTierText, laterTierText } from './tier-template.ts';

type Options = CommonOptions & { readonly after?: string; readonly first?: true; readonly join?: string };

/** `sluice new tier`: one file, and nothing else to change. */
export function addNewTier(parent: Command): void {
  const command = parent
    .command('tier <name>')
    .description('Write functions/<application>/<name>.ts: a small tier that compiles and runs. No other file changes.')
    .option('--after <tier>', 'the tier whose unsure predictions it takes over')
    .option('--first', 'begin a cascade with it')
    .option('--join <stream>', 'take its data from a stream of its own instead of being carried');
  withHelp(withCommonOptions(command), [
    ['new tier quick --first --application texts', 'begin an application'],
    ['new tier careful --after quick', 'add a tier'],
    ['new tier small --after thumb --join photos', 'a tier that joins'],
  ]);
  withWork<Options>(command, async (io, options, [name = '']) => {
    checkArguments(name, options);
    const place = await placeToWrite(options);
    const definitions = existsSync(place.folder) ? await readDefinitions(place.folder) : [];
    const existing = definitions.flatMap(({ file, definition }) =>
      definition.kind === 'tier' ? [{ file, tier: definition }] : [],
    );
    const file = join(place.folder, `${name}.ts`);
    checkFree(name, file, existing);
    const text = options.first
      ? firstTierText(name)
      : laterTierText(name, upstreamFor(name, options.after!, existing, place), options.join);
    checkGraphWith(standIn(name, options), file, place, definitions);
    await mkdir(place.folder, { recursive: true });
    await writeFile(file, text, { flag: 'wx' });
    const entry = options.first ? name : options.join && `${name}.${options.join}`;
    if (io.json)
      await io.value({ file, tier: name, application: place.name, after: options.after ?? null, entry: entry ?? null });
    io.say(nextSteps(file, place, entry));
    return EXIT.ok;
  });
}

function checkArguments(name: string, { after, first, join: stream }: Options): void {
  for (const [value, what] of [
    [name, 'A tier'],
    [stream, 'A stream'],
  ] as const) {
    if (value !== undefined) checkName(value, what);
  }
  if (first && after !== undefined) throw wrongUsage('--first and --after exclude each other', 'Give one of them.');
  if (!first && after === undefined) {
    throw wrongUsage(
      'it is not said where the tier goes',
      'Add --after <tier>, or --first to begin a cascade. See the tiers: npx sluice graph',
    );
  }
  if (first && stream !== undefined) {
    throw wrongUsage('a first tier has no signal to join', 'Leave --join out, or say which tier it comes after.');
  }
}

function checkName(value: string, what: string): void {
  try {
    requireName(value, what);
  } catch (error) {
    throw isSluiceError(error) ? wrongUsage(error.problem, error.fix) : error;
  }
}

/** An application that is named need not be there yet. */
async function placeToWrite(options: Options): Promise<Place> {
  const { application } = options;
  if (!options.first || application === undefined) return findPlace(options);
  if (!(await applicationNames()).includes(application)) checkName(application, 'An application');
  return placeOf(application, options);
}

function checkFree(name: string, file: string, existing: readonly TierFile[]): void {
  if (existsSync(file)) throw refused(`${file} is there already`, 'Choose another name; nothing is written over.');
  const same = existing.find((other) => other.tier.name === name);
  if (same) throw refused(`${same.file} defines a tier "${name}" already`, 'Choose another name.');
}

function nextSteps(file: string, place: Place, entry: string | undefined): string {
  const at = place.name;
  const lines = [
    `wrote ${file}; no other file changes`,
    `  → edit predict: it stands in for your model; then output and the threshold`,
    `  → see it in the cascade: npx sluice graph ${at}`,
  ];
  if (entry !== undefined)
    lines.push(
      `  → its data comes to [${entry}]: npx sluice run ${at} takes lines such as {"entry":"${entry}","data":{"text":"hello"}}`,
    );
  if (!canResolveZod(place.folder))
    lines.push('  → it uses zod for its schemas: npm i zod (or change them to valibot or arktype)');
  if (!isModule()) lines.push('  → it is an ES module, and this project is not yet: npm pkg set type=module');
  return lines.join('\n');
}

/** Whether files of the project are ES modules, as far as its package.json tells. */
function isModule(): boolean {
  try {
    return (JSON.parse(readFileSync('package.json', 'utf8')) as { type?: unknown }).type === 'module';
  } catch {
    return true;
  }
}

function canResolveZod(folder: string): boolean {
  try {
    createRequire(resolve(folder, 'x.js')).resolve('zod');
    return true;
  } catch {
    return false;
  }
}
