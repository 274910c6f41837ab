import { readEvents } from './events.ts';
import { type Counts, replay } from './replay.ts';
import { openStage } from './stage.ts';

/** Lines about events that led to nothing are for reading: beyond these, they are counted. */
const MOST_TOLD = 20;

/** Plays a file's events and prints commands; what is no event, or led to nothing, goes to stderr. 1 where a line was broken. */
export async function playFile(file: string, json: boolean): Promise<number> {
  const stage = await openStage();
  let told = 0;
  const counts = await replay(readEvents(file), stage, {
    command: (said) => {
      const { i, sensorID, command, version } = said;
      console.log(json ? JSON.stringify(said) : `event ${i}: heater of ${sensorID} ${command}, by setting ${version}`);
    },
    told: ({ line, what, why }) => {
      told += 1;
      if (told <= MOST_TOLD) console.error(`line ${line}: ${what}: ${why}`);
    },
  }).finally(() => stage.close());
  if (told > MOST_TOLD) console.error(`… and ${told - MOST_TOLD} more`);
  console.error(summary(counts));
  return (counts.told.broken ?? 0) + (counts.told.failed ?? 0) > 0 ? 1 : 0;
}

function summary({ settings, readings, commands, told }: Counts): string {
  const others = Object.entries(told).map(([what, count]) => `${count} ${what}`);
  return [`${settings} settings`, `${readings} readings`, `${commands} commands`, ...others].join(' · ');
}
