import type { Command } from 'commander';
import { loadApplication } from '../runtime/application.ts';
import { type ListedControl, listControls } from '../runtime/controls/list.ts';
import { withCloudOptions, withHelp, withWork } from './command.ts';
import { definitionOf } from './control-common.ts';
import { EXIT } from './failure.ts';
import type { CommonOptions, Io } from './io.ts';
import { openPlace } from './opened.ts';
import { findPlace } from './place.ts';
import { table } from './table.ts';
import { oneLine, timeText } from './text.ts';

type LsOptions = CommonOptions & { readonly prefix?: string };

/** Rows that are put in columns together: a list may have more than a memory holds. */
const ROWS = 500;

/** `sluice control ls`: the keys that something is set for. */
export function addControlLs(control: Command): void {
  const command = control
    .command('ls [control]')
    .description('List the keys that something is set for, of one control or of all.')
    .option('--prefix <text>', 'only keys that begin so');
  withHelp(withCloudOptions(command), [
    ['control ls', 'all that is set'],
    ['control ls setting --prefix eu/', 'below eu/, and for eu/* itself'],
    ['control ls --json', 'one line of JSON for each key'],
  ]);
  withWork<LsOptions>(command, async (io, { prefix, ...options }, [name]) => {
    const place = await findPlace(options);
    const { graph } = await loadApplication(place.folder);
    if (name !== undefined) definitionOf(graph, name);
    const { cloud, close } = await openPlace(place, graph);
    try {
      const found = await tell(io, listControls(cloud.table, { control: name, prefix }));
      const of = name === undefined ? 'any control' : `control "${name}"`;
      const keys = prefix === undefined ? 'any key' : `any key that begins with ${JSON.stringify(prefix)}`;
      if (!found) io.say(`nothing is set for ${keys} of ${of}`);
      return EXIT.ok;
    } finally {
      await close();
    }
  });
}

/** Prints what comes as it comes: JSON at once, rows some hundreds at a time. */
async function tell(io: Io, all: AsyncIterable<ListedControl>): Promise<boolean> {
  let found = false;
  let rows: string[][] = [];
  const print = (): void => {
    const sorted = rows.toSorted(([a = '', b = ''], [c = '', d = '']) => (a === c ? order(b, d) : order(a, c)));
    if (rows.length > 0) io.say(table(['control', 'key', 'version', 'since', 'value'], sorted));
    rows = [];
  };
  for await (const { control, key, current } of all) {
    found = true;
    const { version, at, value } = current;
    if (io.json) {
      await io.value({ control, key, version, at, value });
      continue;
    }
    rows.push([
      oneLine(control, 40),
      oneLine(key, 60),
      String(version),
      timeText(at),
      oneLine(JSON.stringify(value), 60),
    ]);
    if (rows.length >= ROWS) print();
  }
  print();
  return found;
}

const order = (a: string, b: string): number => (a < b ? -1 : 1);
