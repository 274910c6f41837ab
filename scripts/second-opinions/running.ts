import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port.ts';
import { FOLDER } from './folder.ts';

/** A file and its arguments, on a port. */
export type CommandLine = (port: number) => readonly [string, ...string[]];

/** A server that answers. */
export interface Running {
  readonly endpoint: string;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;
const STOPPED_WITHIN_MS = 5_000;

/** Starts a server on a free port of 127.0.0.1, and resolves once it answers. */
export async function start(name: string, commandLine: CommandLine): Promise<Running> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const [file, ...args] = commandLine(port);
  mkdirSync(FOLDER, { recursive: true });
  const logFile = join(FOLDER, `${name}.log`);
  const log = openSync(logFile, 'w');
  const server = spawn(file, args, { cwd: FOLDER, stdio: ['ignore', log, log] });
  const ended = new Promise<void>((done) => server.once('close', () => done()));
  const kill = (): boolean => server.kill('SIGKILL');
  process.once('exit', kill);

  async function stop(): Promise<void> {
    server.kill('SIGTERM');
    const late = setTimeout(kill, STOPPED_WITHIN_MS);
    await ended;
    clearTimeout(late);
    process.off('exit', kill);
  }
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline && server.exitCode === null) {
    // Whatever it says to a request that asks for nothing: it listens.
    if (await fetch(endpoint).catch(() => undefined)) return { endpoint, stop };
    await sleep(100);
  }
  await stop();
  throw new Error(`${name} did not start:\n${readFileSync(logFile, 'utf8').slice(-2_000)}`);
}
