import { once } from 'node:events';
import { styleText } from 'node:util';

/** What every command is told and prints with. */
export interface Io {
  /** Machine output: nothing but JSON on stdout. */
  readonly json: boolean;
  readonly verbose: boolean;
  /** One line of text on stdout, for people; nothing with `--json`. */
  say(text?: string): void;
  /** One JSON value on stdout; resolves when the reader keeps up. */
  value(value: unknown): Promise<void>;
  /** One line on stderr: what goes on, never a result. */
  note(text: string): void;
}

/** The options every command has. */
export interface CommonOptions {
  readonly json?: true;
  readonly verbose?: true;
  readonly application?: string;
  readonly dir?: string;
  readonly outputs?: string;
}

/** Output as the options ask for it. */
export function createIo(options: CommonOptions): Io {
  const json = options.json === true;
  let drained: Promise<void> | undefined;
  return {
    json,
    verbose: options.verbose === true,
    say(text = '') {
      if (!json) process.stdout.write(`${text}\n`);
    },
    async value(value) {
      if (process.stdout.write(`${JSON.stringify(value)}\n`)) return;
      // A slow reader must slow the work down, not fill this process's memory.
      drained ??= once(process.stdout, 'drain').then(() => {
        drained = undefined;
      });
      await drained;
    },
    note(text) {
      process.stderr.write(`${text}\n`);
    },
  };
}

type Format = Parameters<typeof styleText>[0];

/** Text for stdout in a colour, where stdout takes colours and `NO_COLOR` is not set. */
export const paint = (format: Format, text: string): string => styleText(format, text, { stream: process.stdout });

/** The same for stderr. */
export const paintNote = (format: Format, text: string): string => styleText(format, text, { stream: process.stderr });
