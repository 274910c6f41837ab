import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/**
 * Runs a command beside a MiniStack server, an emulator of AWS that needs no Docker:
 * `node scripts/ministack.ts -- npx vitest run test/conformance`. The first run installs it into `.venv/`.
 */
const VERSION = '1.5.33';
const READY_WITHIN_MS = 30_000;
const ROOT = resolve(import.meta.dirname, '..');
const VENV = join(ROOT, '.venv');
const SERVER = join(VENV, 'bin', 'ministack');

const command = process.argv.slice(process.argv.indexOf('--') + 1);
if (!process.argv.includes('--') || command.length === 0) {
  console.error('usage: node scripts/ministack.ts -- <command> [arguments]');
  process.exit(2);
}

/** Installs the pinned version, or the newest that is served where the pinned one is not. */
function install(): void {
  if (existsSync(SERVER)) return;
  console.error(`installing MiniStack ${VERSION} into .venv`);
  execFileSync('python3', ['-m', 'venv', VENV], { stdio: 'inherit' });
  const pip = (name: string): void => {
    const args = ['install', '--quiet', '--disable-pip-version-check', name];
    execFileSync(join(VENV, 'bin', 'pip'), args, { stdio: 'inherit' });
  };
  try {
    pip(`ministack==${VERSION}`);
  } catch {
    pip('ministack');
  }
}

install();
const port = await freePort();
const endpoint = `http://127.0.0.1:${port}`;
const state = join(ROOT, '.sluice', `ministack-${port}`);
mkdirSync(state, { recursive: true });
const logFile = join(state, 'server.log');

const credentials = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
};
const server = spawn(SERVER, [], {
  cwd: state,
  // A group of its own: Ctrl+C goes to the command first, and the server is stopped after it.
  detached: true,
  stdio: ['ignore', 'pipe', 'pipe'],
  env: {
    ...process.env,
    ...credentials,
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    MINISTACK_HOST: '127.0.0.1',
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
    LOG_LEVEL: 'WARNING',
    STATE_DIR: join(state, 'state'),
    S3_DATA_DIR: join(state, 's3'),
  },
});
let child: ChildProcess | undefined;
let interrupted = false;
const log = createWriteStream(logFile);
server.stdout.pipe(log);
server.stderr.pipe(log);
const serverEnded = new Promise<void>((done) => server.once('close', () => done()));

async function ready(): Promise<void> {
  const end = Date.now() + READY_WITHIN_MS;
  while (Date.now() < end && server.exitCode === null && !interrupted) {
    const answer = await fetch(`${endpoint}/_ministack/health`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(100);
  }
  throw new Error(
    `MiniStack did not start:\n${existsSync(logFile) ? readFileSync(logFile, 'utf8').slice(-2_000) : ''}`,
  );
}

function signalServer(name: NodeJS.Signals): void {
  try {
    // The whole group: the server starts workers of its own.
    if (server.pid !== undefined) process.kill(-server.pid, name);
  } catch {
    // It is gone already.
  }
}

async function stop(): Promise<void> {
  signalServer('SIGTERM');
  const late = setTimeout(() => signalServer('SIGKILL'), 5_000);
  await serverEnded;
  clearTimeout(late);
  rmSync(state, { recursive: true, force: true });
}

async function run(): Promise<number> {
  const { AWS_PROFILE: _profile, AWS_SESSION_TOKEN: _token, ...own } = process.env;
  const [file, ...args] = command;
  child = spawn(file!, args, {
    stdio: 'inherit',
    env: {
      ...own,
      ...credentials,
      AWS_ENDPOINT_URL: endpoint,
      AWS_ENDPOINT_URL_S3: endpoint,
      CDK_DEFAULT_ACCOUNT: '000000000000',
      CDK_DEFAULT_REGION: 'us-east-1',
    },
  });
  return new Promise((done) => {
    child!.once('error', (error) => {
      console.error(error.message);
      done(127);
    });
    child!.once('exit', (code) => done(code ?? 1));
  });
}

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    interrupted = true;
    child?.kill(name);
  });
}
// The last resort, where the script itself fails.
process.on('exit', () => signalServer('SIGKILL'));

try {
  await ready();
  console.error(`MiniStack answers at ${endpoint}`);
  process.exitCode = await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await stop();
}
