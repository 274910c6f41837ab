import { Presets, SingleBar } from 'cli-progress';
import type { Harm } from './harm.ts';
import type { Ledger } from './ledger.ts';

/** A bar that moves while the soak runs. */
export interface Progress {
  show(ledger: Ledger, harm: Harm, now: string): void;
  phase(name: string): void;
  end(): void;
}

const FORMAT = '{phase} {bar} {seconds} s · {sent} sent · {ended} ended · {kills} kills · {stalls} stalls · {now}';

/** On a terminal, a bar; elsewhere nothing. */
export function progressBar(ms: number): Progress {
  const seconds = Math.ceil(ms / 1_000);
  const bar = new SingleBar({ format: FORMAT, stream: process.stderr, clearOnComplete: true }, Presets.shades_grey);
  const began = Date.now();
  let phase = 'soaks';
  if (process.stderr.isTTY)
    bar.start(seconds, 0, { phase, seconds: 0, sent: 0, ended: 0, kills: 0, stalls: 0, now: '' });
  return {
    show({ sent, ended }, { kills, stalls }, now) {
      const passed = Math.round((Date.now() - began) / 1_000);
      bar.update(Math.min(passed, seconds), { phase, seconds: passed, sent, ended, kills, stalls, now });
    },
    phase(name) {
      phase = name;
    },
    end: () => bar.stop(),
  };
}
