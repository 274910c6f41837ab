import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { didYouMean } from '../core/nearest.ts';
import { type LocalCloud, openCloud } from '../local/cloud.ts';
import { isLocked } from '../local/lock.ts';
import { notFound, wrongUsage } from './failure.ts';
import { applicationsIn } from './outputs.ts';
import { shellText } from './text.ts';

/** Where applications are, from the working folder. */
export const FUNCTIONS = 'functions';

/** Where an application lies and keeps its state. */
export interface Place {
  readonly name: string;
  /** Its folder of tier files. */
  readonly folder: string;
  /** Its durable folder. */
  readonly dir: string;
  /** The outputs of its deployment, where that is meant and not the durable folder. */
  readonly outputs?: string;
}

interface PlaceOptions {
  readonly application?: string;
  readonly dir?: string;
  readonly outputs?: string;
}

/** The applications there are: every folder in ./functions. */
export async function applicationNames(): Promise<readonly string[]> {
  const entries = await readdir(FUNCTIONS, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !/^[._]/.test(entry.name))
    .map((entry) => entry.name)
    .sort();
}

/** The place of an application by its name. */
export function placeOf(name: string, options: PlaceOptions): Place {
  const { dir, outputs } = options;
  if (dir !== undefined && outputs !== undefined) {
    throw wrongUsage('--dir names a durable folder and --outputs a deployment', 'Give one of them.');
  }
  return {
    name,
    folder: join(FUNCTIONS, name),
    dir: dir ?? defaultDir(name),
    ...(outputs !== undefined && { outputs }),
  };
}

/** The application that the arguments mean: the one they name, or the only one there is. */
export async function findPlace(options: PlaceOptions, argument?: string): Promise<Place> {
  const { application } = options;
  if (argument !== undefined && application !== undefined && argument !== application) {
    throw wrongUsage(`two applications are named: ${argument} and ${application}`, 'Name one.');
  }
  const names = await applicationNames();
  if (names.length === 0) throw noApplications();
  const name = argument ?? application ?? (await onlyOne(names, options.outputs));
  if (name === undefined) {
    const fix = `Say which: --application ${names[0]}`;
    throw wrongUsage(`there are ${names.length} applications in ./${FUNCTIONS}: ${names.join(', ')}`, fix);
  }
  if (names.includes(name)) return placeOf(name, options);
  const fix = `${didYouMean(name, names)}Applications in ./${FUNCTIONS}: ${names.join(', ')}.`;
  throw notFound('application', `there is no application "${name}"`, fix);
}

/** The application there is, or the one that is deployed. */
async function onlyOne(names: readonly string[], outputs: string | undefined): Promise<string | undefined> {
  if (names.length === 1 || outputs === undefined) return names.length === 1 ? names[0] : undefined;
  const deployed = await applicationsIn(outputs);
  return deployed.length === 1 ? deployed[0] : undefined;
}

function noApplications(): Error {
  return notFound(
    'application',
    `there is no application in ./${FUNCTIONS} of ${process.cwd()}`,
    'Go to the folder of your project, or begin an application: npx sluice new tier <name> --first --application <application>',
  );
}

/** Whether the application has kept anything yet. */
export const hasStore = (place: Place): boolean => existsSync(join(place.dir, 'cloud.sqlite'));

/** The command that runs an application where it is kept. */
export function devCommand({ name, dir }: Place): string {
  return `npx sluice dev ${name}${dir === defaultDir(name) ? '' : ` --dir ${shellText(dir)}`}`;
}

const defaultDir = (name: string): string => join('.sluice', name);

/** Opens the durable folder of an application beside its runner. */
export async function openStore(place: Place): Promise<LocalCloud> {
  if (hasStore(place)) return openCloud({ dir: place.dir, role: 'client' });
  throw notFound(
    'store',
    `application "${place.name}" has no durable folder ${place.dir}`,
    `Start it once: ${devCommand(place)}, or name its folder with --dir.`,
  );
}

/** Whether a process runs the application on its durable folder now. */
export function hasRunner(place: Place): boolean {
  return isLocked(place.dir);
}

/** The options that lead another command to the same place; the application may have been an argument. */
export function placeArguments(options: PlaceOptions, application = options.application): string {
  const { dir, outputs } = options;
  const given = Object.entries({ application, dir, outputs });
  return given.map(([name, value]) => (value === undefined ? '' : ` --${name} ${shellText(value)}`)).join('');
}
