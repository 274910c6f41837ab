import type { Command } from 'commander';
import type { Duration } from '../core/duration.ts';
import { isSluiceError, SluiceError } from '../core/errors.ts';
import { entriesOf } from '../core/graph-describe.ts';
import { ANSWERS, type Graph } from '../core/plan.ts';
import type { Cloud } from '../ports/cloud.ts';
import { loadApplication } from '../runtime/application.ts';
import { connect } from '../runtime/client.ts';
import type { SendOptions } from '../runtime/send-options.ts';
import { fixes } from '../runtime/wait-for-result.ts';
import { answerJson } from './answer-json.ts';
import { withCloudOptions, withHelp, withWork } from './command.ts';
import { dataFix } from './data-example.ts';
import { EXIT, toFailure } from './failure.ts';
import type { Io } from './io.ts';
import { type Opened, openToSend } from './opened.ts';
import { devCommand, findPlace, hasRunner, hasStore, type Place, placeArguments } from './place.ts';
import { entryOf } from './run-line.ts';
import { type CliSendOptions, readData, toDuration, toSendOptions } from './send-options.ts';
import { shellText } from './text.ts';

/** `sluice send`: one flow into the durable folder, beside whatever runs on it. */
export function addSend(program: Command): void {
  const command = program
    .command('send <entry> [json]')
    .summary('send one flow')
    .description(
      'Send one flow to the application that `sluice dev` runs, or will run, on the durable folder, or to a deployed one.\n' +
        'The entry is a first tier, or tier.stream for the data of a join; the data is an argument, or stdin (-).',
    )
    .option('--flow <id>', 'flow id (default: a random one)')
    .option(
      '--object <name=path>',
      'send a file as an object; may be given again',
      (value, all: readonly string[] = []) => [...all, value],
    )
    .option('--fair <tenant>', 'whose turn it is')
    .option('--delay <time>', 'hold it back, such as 10s; at most 15m')
    .option('--at <time>', 'event time, such as 2026-01-31T12:00:00Z')
    .option('--wait [time]', 'wait for the answer and print it (default: 30s)');
  withHelp(withCloudOptions(command), [
    [`send thumb '{"text":"hello"}'`, 'send and return'],
    [`send thumb '{"text":"hello"}' --flow cat-7 --wait 5s`, 'wait for the answer'],
    [`send small.photos '{}' --flow cat-7 --object photo=cat.png`, 'the other half of a join'],
    ['send thumb - < data.json', 'data from stdin'],
    [`send thumb '{"text":"hello"}' --outputs outputs.json --wait`, 'to the deployed cascade'],
  ]);
  withWork<CliSendOptions>(command, async (io, options, [entry, json]) => {
    const place = await findPlace(options);
    const graph = await graphOf(io, place);
    const checked = graph && queueOf(entry, graph);
    const waitMs =
      options.wait === undefined ? undefined : toDuration(options.wait === true ? '30s' : options.wait, '--wait');
    const data = await readData(json, { what: 'data', fix: dataFix(graph, checked) });
    const sendOptions = await toSendOptions(options);
    const opened = await openToSend(place, graph);
    try {
      const queue = queueOf(entry, graph, opened);
      return await sendOne(io, { cloud: opened.cloud, queue, data, sendOptions, waitMs, place, options });
    } finally {
      await opened.close();
    }
  });
}

/** The application's graph; `undefined` for one that has run here and cannot be loaded now. */
async function graphOf(io: Io, place: Place): Promise<Graph | undefined> {
  try {
    return (await loadApplication(place.folder)).graph;
  } catch (error) {
    if (place.outputs === undefined && !hasStore(place)) throw error;
    io.note(`${place.name} cannot be loaded now, so the entry is not checked: ${toFailure(error).message}`);
    return undefined;
  }
}

/** The queue to send to: an entry of the graph, or without one whatever queue tiers read. */
function queueOf(entry: string | undefined, graph: Graph | undefined, opened?: Opened): string {
  const names = opened?.queues ?? [];
  const entries = graph?.tiers.flatMap(entriesOf) ?? names.filter((n) => n !== ANSWERS && !n.endsWith('.dlq'));
  return entryOf(entry, { entries, entry: undefined });
}

/** How to go on from here: the client's errors speak to programs. */
function unanswered(options: CliSendOptions): (error: unknown) => never {
  return (error) => {
    if (!isSluiceError(error) || error.place.flow === undefined) throw error;
    const { code, problem, place, details } = error;
    const look = `npx sluice flow ${shellText(error.place.flow)}${placeArguments(options)}`;
    const fix =
      code === 'result-timeout'
        ? `It goes on without you. Wait longer, such as --wait 5m, or look: ${look}`
        : fixes(details.fix as string | undefined, `See what happened: ${look}`);
    throw new SluiceError(code, problem, { ...place, fix, cause: error, details });
  };
}

interface One {
  readonly cloud: Cloud;
  readonly queue: string;
  readonly data: unknown;
  readonly sendOptions: SendOptions<never>;
  readonly waitMs: Duration | undefined;
  readonly place: Place;
  readonly options: CliSendOptions;
}

async function sendOne(io: Io, one: One): Promise<number> {
  const { cloud, queue, data, waitMs, place, options } = one;
  const client = connect(queue, { cloud });
  const { flowId, id } = await client.send(data, one.sendOptions as SendOptions<string>);
  const running = place.outputs === undefined ? hasRunner(place) : undefined;
  if (running === false) io.note(`nothing runs on ${place.dir} now; the flow waits there for: ${devCommand(place)}`);
  if (waitMs !== undefined) {
    await io.value(answerJson(await client.result(flowId, { timeout: waitMs }).catch(unanswered(options))));
    return EXIT.ok;
  }
  if (io.json) await io.value({ flowId, id, entry: queue, ...(running !== undefined && { running }) });
  io.say(`sent ${flowId} to [${queue}]\n  → npx sluice flow ${shellText(flowId)}${placeArguments(options)}`);
  return EXIT.ok;
}
