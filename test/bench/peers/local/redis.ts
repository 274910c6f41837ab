import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, globSync, mkdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = [
  'redis-server',
  'redis-tools',
  'libatomic1',
  'libjemalloc2',
  'liblua5.1-0',
  'liblzf1',
  'lua-bitop',
  'lua-cjson',
];
const FOLDER = fileURLToPath(new URL('../node_modules/.redis', import.meta.url));

/** Where a Redis server and its libraries are. */
interface Redis {
  readonly command: string;
  readonly libraries: string;
}

/** The Redis server on the path, or else one from Debian's packages, which are unpacked and not installed. */
export function findRedis(): Redis | undefined {
  const onPath = { command: 'redis-server', libraries: '' };
  if (versionOf(onPath)) return onPath;
  try {
    unpack();
  } catch {
    // Told below: without apt or its packages there is no server.
  }
  const unpacked = {
    command: join(FOLDER, 'redis-server'),
    libraries: globSync(`${FOLDER}/root/usr/lib/*-linux-gnu`).join(':'),
  };
  return versionOf(unpacked) ? unpacked : undefined;
}

/** Starts a server that this process ends with; gives its port. With a folder it keeps a log of writes, synced each second. */
export async function startRedis(dir: string | undefined): Promise<number> {
  const redis = findRedis();
  if (!redis) throw new Error('there is no redis-server');
  const port = await freePort();
  const kept = dir ? ['--dir', dir, '--appendonly', 'yes', '--appendfsync', 'everysec'] : ['--appendonly', 'no'];
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--maxmemory-policy',
    'noeviction',
    ...kept,
  ];
  const server = spawn(redis.command, args, { env: environmentOf(redis), stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => server.kill('SIGKILL'));
  await ready(server);
  return port;
}

async function ready(server: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
    server.stdout!.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('Ready to accept connections')) resolve();
    });
  });
}

/** The version of the server that was found. */
export function redisVersion(): string | undefined {
  const redis = findRedis();
  return redis && versionOf(redis);
}

/** None where it does not run. */
function versionOf(redis: Redis): string | undefined {
  try {
    const said = execFileSync(redis.command, ['--version'], { env: environmentOf(redis), encoding: 'utf8' });
    return /v=(\S+)/.exec(said)?.[1];
  } catch {
    return undefined;
  }
}

function unpack(): void {
  if (existsSync(join(FOLDER, 'redis-server'))) return;
  mkdirSync(FOLDER, { recursive: true });
  execFileSync('apt-get', ['download', ...PACKAGES], { cwd: FOLDER, stdio: 'ignore' });
  for (const file of globSync('*.deb', { cwd: FOLDER })) execFileSync('dpkg', ['-x', file, 'root'], { cwd: FOLDER });
  // One program under several names: it is a server where it is called so.
  symlinkSync('root/usr/bin/redis-check-rdb', join(FOLDER, 'redis-server'));
}

const environmentOf = ({ libraries }: Redis): NodeJS.ProcessEnv =>
  libraries ? { ...process.env, LD_LIBRARY_PATH: libraries } : process.env;

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  await new Promise((resolve) => server.close(resolve));
  return port;
}
