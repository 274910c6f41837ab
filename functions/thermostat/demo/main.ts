import { HELP, readOptions } from './options.ts';
import { playFile } from './play-file.ts';
import { playWeek } from './play-week.ts';

/** `npm run thermostat`: rooms and their heaters on the embedded cloud, or the events of a file. */
try {
  const asked = readOptions(process.argv.slice(2));
  if (asked.help) console.log(HELP);
  else if (asked.events === undefined) process.exitCode = await playWeek(asked);
  else process.exitCode = await playFile(asked.events, asked.json);
} catch (error) {
  console.error(`${(error as Error).message}\n  See: npm run thermostat -- --help`);
  process.exitCode = 2;
}
