import { mkdir } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { type Duration, toMs } from '../core/duration.ts';
import { isSluiceError, toError } from '../core/errors.ts';
import { checkFlowId } from '../core/flow-id.ts';
import { entriesOf } from '../core/graph-print.ts';
import type { LocalCloud } from '../local/cloud.ts';
import { openCloud } from '../local/cloud.ts';
import { loadApplication } from '../runtime/application.ts';
import { connect, type SendOptions } from '../runtime/client.ts';
import { answerJson } from './answer-json.ts';
import { withCommonOptions, withHelp, withWork } from './command.ts';
import { EXIT, notFound, wrongUsage } from './failure.ts';
import type { CommonOptions, Io } from './io.ts';
import { findPlace, hasRunner, type Place, placeArguments } from './place.ts';
import { entryOf, readObject, toDate } from './run-line.ts';
import { shellText } from './text.ts';

type Options = CommonOptions & {
  readonly flow?: string;
  readonly object?: readonly string[];
  readonly fair?: string;
  readonly delay?: string;
  readonly at?: string;
  readonly wait?: string | true;
};

/** `sluice send`: one flow into the durable folder, beside whatever runs on it. */
export function addSend(program: Command): void {
  const command = program
    .command('send <entry> [json]')
    .summary('send one flow')
    .description(
      'Send one flow to the application that `sluice dev` runs, or will run, on the durable folder.\n' +
        'The entry is a first tier, or tier.stream for the data of a join; the data is an argument, or stdin (-).',
    )
    .option('--flow <id>', 'flow id (default: a random one)')
    .option('--object <name=path...>', 'send a file as an object')
    .option('--fair <tenant>', 'whose turn it is')
    .option('--delay <time>', 'hold it back, such as 10s; at most 15m')
    .option('--at <time>', 'event time, such as 2026-01-31T12:00:00Z')
    .option('--wait [time]', 'wait for the answer and print it (default: 30s)');
  withHelp(withCommonOptions(command), [
    [`send thumb '{"text":"hello"}'`, 'send and return'],
    [`send thumb '{"text":"hello"}' --flow cat-7 --wait 5s`, 'wait for the answer'],
    [`send small.photos '{}' --flow cat-7 --object photo=cat.png`, 'the other half of a join'],
    ['send thumb - < data.json', 'data from stdin'],
  ]);
  withWork<Options>(command, async (io, options, [entry, json]) => {
    const place = await findPlace(options);
    const { graph } = await loadApplication(place.folder);
    const queue = entryOf(entry, { entries: graph.tiers.flatMap(entriesOf), entry: undefined });
    const waitMs =
      options.wait === undefined ? undefined : toDuration(options.wait === true ? '30s' : options.wait, '--wait');
    const data = await readData(json);
    const sendOptions = await toSendOptions(options);
    await mkdir(place.dir, { recursive: true });
    const cloud = await openCloud({ dir: place.dir, role: 'client' });
    try {
      // The runner may start later than the first message is sent.
      cloud.declare(graph.queues);
      return await sendOne(io, { cloud, queue, data, sendOptions, waitMs, place, options });
    } finally {
      await cloud.close();
    }
  });
}

interface One {
  readonly cloud: LocalCloud;
  readonly queue: string;
  readonly data: unknown;
  readonly sendOptions: SendOptions<never>;
  readonly waitMs: Duration | undefined;
  readonly place: Place;
  readonly options: Options;
}

async function sendOne(io: Io, one: One): Promise<number> {
  const { cloud, queue, data, waitMs, place, options } = one;
  const client = connect(queue, { cloud });
  const { flowId, id } = await client.send(data, one.sendOptions as SendOptions<string>);
  const running = hasRunner(place);
  if (!running) io.note(`nothing runs on ${place.dir} now; the flow waits there for: npx sluice dev ${place.name}`);
  if (waitMs !== undefined) {
    await io.value(answerJson(await client.result(flowId, { timeout: waitMs })));
    return EXIT.ok;
  }
  if (io.json) await io.value({ flowId, id, entry: queue, running });
  io.say(`sent ${flowId} to [${queue}]\n  → npx sluice flow ${shellText(flowId)}${placeArguments(options)}`);
  return EXIT.ok;
}

async function readData(json: string | undefined): Promise<unknown> {
  if (json === undefined && process.stdin.isTTY)
    throw wrongUsage('there is no data', `Give it as JSON: npx sluice send <entry> '{"text":"hello"}'`);
  const source = json === undefined || json === '-' ? await text(process.stdin) : json;
  try {
    return JSON.parse(source);
  } catch (error) {
    throw wrongUsage(
      `the data is not JSON: ${toError(error).message}`,
      `Put it in quotes that your shell keeps: '{"text":"hello"}'`,
    );
  }
}

async function toSendOptions(options: Options): Promise<SendOptions<never>> {
  const { flow, object = [], fair, delay, at, wait } = options;
  const objects: Record<string, Uint8Array> = {};
  for (const given of object) {
    const [, name, path] = /^([^=]+)=(.+)$/.exec(given) ?? [];
    if (name === undefined) throw wrongUsage(`--object ${given} is not name=path`, 'Write --object photo=cat.png.');
    objects[name] = await readObject(name, path, '.').catch((error: unknown) => {
      throw notFound('file', toError(error).message);
    });
  }
  return {
    ...(flow !== undefined && { flowId: checkFlowId(flow) }),
    ...(fair !== undefined && { fair }),
    ...(delay !== undefined && { delay: toDuration(delay, '--delay') }),
    ...(at !== undefined && { at: toDate(/^\d+$/.test(at) ? Number(at) : at, '--at') }),
    ...(wait !== undefined && { reply: true }),
    ...(object.length > 0 && { objects }),
  } as SendOptions<never>;
}

function toDuration(value: string, option: string): Duration {
  try {
    toMs(value, option);
    return value as Duration;
  } catch (error) {
    throw isSluiceError(error) ? wrongUsage(error.problem, error.fix) : error;
  }
}
