import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One package of the lockfile, as far as it is looked at. */
export interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly inBundle?: boolean;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly peer?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
}

export type Lock = Readonly<Record<string, Locked>>;

/** Direct dependencies by name, with the versions that package.json asks for. */
export type Wanted = Readonly<Record<string, string>>;

/** What npm says about known advisories. */
export type Advisories =
  | { readonly checked: true; readonly found: readonly string[] }
  | { readonly checked: false; readonly why: string };

const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** What is not pinned: a version that is a range, or a package whose bytes nobody vouches for. */
export function unpinned(lock: Lock, wanted: Wanted): readonly string[] {
  const ranges = Object.entries(wanted).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
  // What another package brings inside itself is covered by that one's hash.
  const loose = Object.entries(lock).filter(([, p]) => p.link || !p.version || (!p.integrity && !p.inBundle));
  const strange = Object.entries(lock).filter(
    ([, p]) => p.resolved !== undefined && !p.resolved.startsWith('https://'),
  );
  return [
    ...ranges.map(([name, version]) => `${name} is asked for as ${version}, not as one version`),
    ...loose.map(([path]) => `${path} has no version or no hash in the lockfile`),
    ...strange.map(([path, p]) => `${path} comes from ${p.resolved}`),
  ];
}

/** Packages that run a script when they are installed. */
export function withInstallScript(lock: Lock): readonly string[] {
  return Object.entries(lock)
    .filter(([, p]) => p.hasInstallScript)
    .map(([path]) => nameOf(path))
    .sort();
}

/** Packages that an installation without devDependencies has: on every platform, and at most. */
export function production(lock: Lock): { readonly always: number; readonly most: number } {
  const all = Object.values(lock).filter((p) => !p.dev && !p.peer);
  return { always: all.filter((p) => !p.optional).length, most: all.length };
}

/** Reads what `npm audit --json` printed; a registry that serves no advisories is not one that found none. */
export function readAudit(text: string): Advisories {
  try {
    const { vulnerabilities, message } = JSON.parse(text) as {
      readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly range: string }>>;
      readonly message?: string;
    };
    if (!vulnerabilities) return { checked: false, why: message ?? 'npm audit gave no list' };
    const found = Object.entries(vulnerabilities).map(([name, { severity, range }]) => `${name} ${range}: ${severity}`);
    return { checked: true, found };
  } catch {
    return { checked: false, why: 'npm audit gave no JSON' };
  }
}

/** The lockfile's packages, the root left out. */
export function readLock(): Lock {
  const { '': _root, ...packages } = (JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Lock })
    .packages;
  return packages;
}

export function readWanted(): Wanted {
  const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, Wanted>;
  return { ...dependencies, ...devDependencies };
}

/** Packages whose install scripts have been reviewed: the rows of a table in docs/security.md. */
export function reviewed(page: string = readFileSync('docs/security.md', 'utf8')): readonly string[] {
  const [, section = ''] = page.split('### Install scripts');
  return [...section.split('\n#')[0]!.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1]!).sort();
}

function main(): void {
  const lock = readLock();
  const problems = [...unpinned(lock, readWanted())];
  const [found, known] = [withInstallScript(lock), reviewed()];
  for (const name of found)
    if (!known.includes(name)) problems.push(`${name} has an install script that docs/security.md does not list`);
  for (const name of known)
    if (!found.includes(name)) problems.push(`${name} is listed in docs/security.md and has no install script`);
  const audit = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8', timeout: 60_000 });
  const advisories = readAudit(audit.stdout ?? '');
  if (advisories.checked) problems.push(...advisories.found.map((one) => `advisory: ${one}`));
  const { always, most } = production(lock);
  console.log(`production dependencies: ${always} packages, ${most} with optional binaries; all pinned with a hash`);
  console.log(`install scripts: ${found.join(', ')}`);
  console.log(
    advisories.checked
      ? `advisories: ${advisories.found.length} known`
      : `advisories: not served here, not checked (${advisories.why})`,
  );
  for (const problem of problems) console.error(`error ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}

if (import.meta.main) main();
