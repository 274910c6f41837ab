import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** What a command printed and how it ended. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** Its standard output as JSON, one value a line. */
  readonly json: readonly Record<string, unknown>[];
}

/** A command that goes on. */
export interface Running {
  readonly process: ChildProcess;
  out(): string;
  err(): string;
  /** Waits until it has printed something on stderr or stdout. */
  until(text: string, times?: number): Promise<void>;
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

/** A folder with applications in it and the command line to use them. */
export interface Project {
  readonly dir: string;
  sluice(args: readonly string[], options?: { readonly input?: string }): Promise<Ran>;
  start(args: readonly string[]): Running;
  write(file: string, text: string): void;
  read(file: string): string;
  remove(): Promise<void>;
}

const BIN = join(import.meta.dirname, '../../bin/sluice.js');
// A hidden, ignored folder inside the repository: `sluice` and `zod` resolve from it as from a user's project.
const ROOT = join(import.meta.dirname, '.sluice');

const { NODE_OPTIONS: _, FORCE_COLOR: __, ...rest } = process.env;
const ENV = { ...rest, NO_COLOR: '1' };

/** A project of its own for one test file. */
export function newProject(files: Readonly<Record<string, string>>): Project {
  mkdirSync(ROOT, { recursive: true });
  const dir = mkdtempSync(join(ROOT, 'project-'));
  const running = new Set<ChildProcess>();
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
  };
  for (const [file, text] of Object.entries(files)) write(file, text);
  const launch = (args: readonly string[]): Running => {
    const child = spawn(process.execPath, [BIN, ...args], { cwd: dir, env: ENV });
    running.add(child.once('exit', () => running.delete(child)));
    return following(child);
  };
  return {
    dir,
    write,
    read: (file) => readFileSync(join(dir, file), 'utf8'),
    start: launch,
    async sluice(args, { input } = {}) {
      const started = launch(args);
      started.process.stdin!.on('error', () => undefined);
      started.process.stdin!.end(input);
      const [code] = (await once(started.process, 'close')) as [number | null];
      const out = started.out();
      return { code, out, err: started.err(), json: out.split('\n').flatMap(parsed) };
    },
    async remove() {
      for (const child of running) {
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
      }
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function parsed(line: string): readonly Record<string, unknown>[] {
  try {
    return line === '' ? [] : [JSON.parse(line)];
  } catch {
    return [];
  }
}

function following(child: ChildProcess): Running {
  let out = '';
  let err = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (err += text));
  return {
    process: child,
    out: () => out,
    err: () => err,
    async until(text, times = 1) {
      const pieces = (): number => (out + err).split(text).length - 1;
      for (let waited = 0; pieces() < times; waited += 20) {
        if (waited > 15_000 || child.exitCode !== null) throw new Error(`never printed ${text}:\n${out}\n${err}`);
        await setTimeout(20);
      }
    },
    async kill(signal) {
      const ended = once(child, 'exit') as Promise<[number | null]>;
      child.kill(signal);
      return (await ended)[0];
    },
  };
}

/** Whether a process runs; one that has ended and that nobody has asked about yet does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !existsSync(`/proc/${pid}/stat`) || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}
