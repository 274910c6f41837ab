import { Worker } from 'node:worker_threads';
import { openStage } from './stage.ts';
import { simulateWeek, type WeekOptions, type WeekResult } from './week.ts';

/**
 * Simulates the rooms in so many threads. Rooms know nothing of each other, so each thread takes some of them on an embedded
 * cloud of its own, and what comes out is the same for any number of threads.
 */
export async function simulateParts(
  options: WeekOptions,
  threads: number,
  onMinute: (minute: number) => void,
): Promise<WeekResult> {
  if (threads === 1) return simulateHere(options, onMinute);
  const minutes = new Array<number>(threads).fill(0);
  const parts = split(options, threads).map((part, i) =>
    simulateInThread(part, (minute) => {
      minutes[i] = minute;
      onMinute(Math.min(...minutes));
    }),
  );
  return (await Promise.all(parts)).reduce(together);
}

async function simulateHere(options: WeekOptions, onMinute: (minute: number) => void): Promise<WeekResult> {
  const stage = await openStage();
  try {
    return await simulateWeek(stage, options, onMinute);
  } finally {
    await stage.close();
  }
}

function split(options: WeekOptions, threads: number): readonly WeekOptions[] {
  const begins = (part: number): number => Math.floor((part * options.sensors) / threads);
  return Array.from({ length: threads }, (_, part) => ({
    ...options,
    first: begins(part) + 1,
    sensors: begins(part + 1) - begins(part),
  }));
}

function simulateInThread(options: WeekOptions, onMinute: (minute: number) => void): Promise<WeekResult> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./part-thread.ts', import.meta.url), { workerData: options });
    thread.on('message', (said: { readonly minute: number } | { readonly result: WeekResult }) => {
      if ('result' in said) resolve(said.result);
      else onMinute(said.minute);
    });
    thread.on('error', reject);
    thread.on('exit', (code) => reject(new Error(`a thread ended with ${code}`)));
  });
}

function together(a: WeekResult, b: WeekResult): WeekResult {
  return {
    readings: a.readings + b.readings,
    settings: a.settings + b.settings,
    commands: a.commands + b.commands,
    early: a.early + b.early,
    repeated: a.repeated + b.repeated,
    outdated: a.outdated + b.outdated,
    failed: a.failed + b.failed,
    watched: [...a.watched, ...b.watched],
  };
}
