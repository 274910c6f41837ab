import { readdirSync, readFileSync } from 'node:fs';

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/**
 * The processes that functions run in: the node processes below the MiniStack server that answers at the endpoint. They
 * are looked for anew at each call, as each invocation may have started one.
 */
export function functionProcesses(endpoint: string): readonly number[] {
  const all = processes();
  const server = all.find(
    ({ pid, command }) =>
      /ministack|hypercorn/.test(command) && environmentOf(pid).includes(`GATEWAY_PORT=${new URL(endpoint).port}`),
  );
  if (!server) return [];
  const below = new Set([server.pid]);
  // Parents come before their children, but for pids that have gone round.
  for (const { pid, parent } of all) if (below.has(parent)) below.add(pid);
  return all.filter(({ pid, command }) => below.has(pid) && /(^|\/)node\0/.test(command)).map(({ pid }) => pid);
}

function processes(): readonly Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b)
    .flatMap((pid) => {
      const stat = read(`/proc/${pid}/stat`);
      if (stat === '') return [];
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      return [{ pid, parent, command: read(`/proc/${pid}/cmdline`) }];
    });
}

function environmentOf(pid: number): readonly string[] {
  return read(`/proc/${pid}/environ`).split('\0');
}

/** A process may end while it is looked at. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
