import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** What a person at a terminal saw, and how the command ended. */
export interface Typed {
  readonly code: number | null;
  readonly screen: string;
}

/** Runs a command on a pseudo-terminal, and answers its question when it is asked. */
const SCRIPT = `
import os, pty, sys
question, answer, *command = sys.argv[1:]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
seen, asked = b'', False
while True:
    try:
        part = os.read(fd, 4096)
    except OSError:
        break
    if not part:
        break
    seen += part
    if not asked and question.encode() in seen:
        asked = True
        os.write(fd, answer.encode())
sys.stdout.buffer.write(seen)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/** Whether there is a Python that can make a pseudo-terminal; Node cannot by itself. */
export const hasPty: boolean = spawnSync('python3', ['-c', 'import pty, os; os.waitstatus_to_exitcode']).status === 0;

/** Runs a command as a person at a terminal does, who types `answer` when `question` stands there. */
export async function atTerminal(
  command: readonly string[],
  { question, answer, cwd }: { readonly question: string; readonly answer: string; readonly cwd: string },
): Promise<Typed> {
  const child = spawn('python3', ['-c', SCRIPT, question, answer, ...command], { cwd });
  let screen = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (screen += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, screen };
}
