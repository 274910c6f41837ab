import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { run } from '../second-opinions/command.ts';
import { fetchedOnce } from '../second-opinions/folder.ts';
import { NotServed } from '../second-opinions/not-served.ts';

/** A browser and what it must be started with. */
export interface Chromium {
  readonly executablePath: string;
  readonly env: NodeJS.ProcessEnv;
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * The browser that `CHROMIUM` names, or that is installed, or Debian's: its packages and those it needs, laid beside the project
 * without being installed. @throws NotServed
 */
export function chromium(): Chromium {
  const named = process.env.CHROMIUM ?? NAMES.map(onPath).find((path) => path !== undefined);
  const fonts = fetched('fonts-inter', ['fonts-inter']);
  const env = { ...process.env, FONTCONFIG_FILE: fontConfig(fonts) };
  if (named !== undefined) return { executablePath: named, env };
  const root = fetched('chromium', missingPackages('chromium'));
  const executablePath = join(root, 'usr/lib/chromium/chromium');
  if (!existsSync(executablePath)) throw new NotServed(`Debian's chromium has no ${executablePath}`);
  const folders = new Set(globSync('{usr/lib,lib}/**/*.so*', { cwd: root }).map((file) => join(root, dirname(file))));
  return { executablePath, env: { ...env, LD_LIBRARY_PATH: [...folders].join(delimiter) } };
}

function onPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** The packages that installing one would bring. */
function missingPackages(name: string): readonly string[] {
  const { status, stdout } = spawnSync('apt-get', ['install', '--simulate', '--no-install-recommends', name], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new NotServed(`there is no browser here, and no Debian package ${name}`);
  return [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, found]) => found!);
}

/** Packages unpacked in a folder of their own. */
function fetched(name: string, packages: readonly string[]): string {
  const folder = fetchedOnce(name, (dir) => {
    mkdirSync(join(dir, 'root'), { recursive: true });
    run(`fetching ${name}`, 'sh', ['-c', 'cd "$0" && apt-get download "$@"', dir, ...packages]);
    for (const file of globSync('*.deb', { cwd: dir }))
      run(`unpacking ${file}`, 'dpkg', ['-x', join(dir, file), join(dir, 'root')]);
  });
  return join(folder, 'root');
}

/** A browser on a bare machine has one font: the page is looked at in one of the kind that people's systems have. */
function fontConfig(root: string): string {
  const file = join(root, 'fonts.conf');
  writeFileSync(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir>/usr/share/fonts</dir><dir>${join(root, 'usr/share/fonts')}</dir><cachedir>${join(root, 'cache')}</cachedir>
${['system-ui', 'sans-serif'].map((name) => `<alias binding="strong"><family>${name}</family><prefer><family>Inter</family></prefer></alias>`).join('\n')}
</fontconfig>
`,
  );
  return file;
}
