import type { Command } from 'commander';
import type { DecisionRecord } from '../core/decision.ts';
import { type Duration, toMs } from '../core/duration.ts';
import type { Cloud } from '../ports/cloud.ts';
import { readDecisions } from '../runtime/log/read-decisions.ts';
import { withCloudOptions, withHelp, withWork } from './command.ts';
import { EXIT, notFound } from './failure.ts';
import { flowJson, flowText } from './flow-story.ts';
import type { CommonOptions } from './io.ts';
import { openPlace } from './opened.ts';
import { devCommand, findPlace, type Place, placeArguments } from './place.ts';

/** `sluice flow`: what happened to one flow, from the decision log. */
export function addFlow(program: Command): void {
  const command = program
    .command('flow <id>')
    .summary('tell what happened to one flow, and why')
    .description('Tell what happened to one flow, step by step, and why: from the decision log.')
    .option('--since <time>', 'of a deployed cascade: how far back to look (default: 1d)', '1d');
  withHelp(withCloudOptions(command), [
    ['flow cat-7', 'its decisions, scores and times'],
    ['flow cat-7 --json', 'its decision records'],
    ['flow cat-7 --outputs outputs.json --since 2d', 'in the deployed cascade'],
  ]);
  withWork<FlowOptions>(command, async (io, options, [id = '']) => {
    const place = await findPlace(options);
    const opened = await openPlace(place);
    try {
      const records = await recordsOf(opened.cloud, id, place, options.since);
      if (records.length === 0) {
        if (place.outputs !== undefined) throw notDelivered(id, options);
        const fix =
          'Ids are compared letter by letter. A flow that was sent and not worked on yet has no decision: ' +
          `see what waits with npx sluice list${placeArguments(options)}, and start ${devCommand(place)}.`;
        throw notFound('flow', `the decision log in ${place.dir} does not know flow "${id}"`, fix);
      }
      if (io.json) await io.value(flowJson(id, records));
      else io.say(flowText(id, records, placeArguments(options)));
      return EXIT.ok;
    } finally {
      await opened.close();
    }
  });
}

interface FlowOptions extends CommonOptions {
  readonly since: string;
}

/** A deployed log may be far too long to look through all of it. */
async function recordsOf(
  cloud: Cloud,
  flow: string,
  { outputs }: Place,
  since: string,
): Promise<readonly DecisionRecord[]> {
  if (outputs === undefined || !cloud.decisions.files) return cloud.decisions.flow(flow);
  const from = Date.now() - toMs(since as Duration, '--since');
  const records: DecisionRecord[] = [];
  for await (const record of readDecisions(cloud, { flow, from, unique: true })) records.push(record);
  return records.sort((a, b) => a.at - b.at);
}

function notDelivered(flow: string, options: FlowOptions): Error {
  const fix =
    'Records are there five minutes after their decision. Ids are compared letter by letter; ' +
    `to look further back: --since 7d. What waits shows npx sluice list${placeArguments(options)}.`;
  return notFound('flow', `the decision log of the last ${options.since} does not know flow "${flow}"`, fix);
}
