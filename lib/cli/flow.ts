import type { Command } from 'commander';
import { withCloudOptions, withHelp, withWork } from './command.ts';
import { EXIT, notFound } from './failure.ts';
import { flowJson, flowText } from './flow-story.ts';
import type { CommonOptions } from './io.ts';
import { openPlace } from './opened.ts';
import { findPlace, placeArguments } from './place.ts';

/** `sluice flow`: what happened to one flow, from the decision log. */
export function addFlow(program: Command): void {
  const command = program
    .command('flow <id>')
    .summary('tell what happened to one flow, and why')
    .description('Tell what happened to one flow, step by step, and why: from the decision log of the durable folder.');
  withHelp(withCloudOptions(command), [
    ['flow cat-7', 'its decisions, scores and times'],
    ['flow cat-7 --json', 'its decision records'],
  ]);
  withWork<CommonOptions>(command, async (io, options, [id = '']) => {
    const place = await findPlace(options);
    const opened = await openPlace(place);
    try {
      const records = await opened.cloud.decisions.flow(id);
      if (records.length === 0) {
        const fix =
          'Ids are compared letter by letter. A flow that was sent and not worked on yet has no decision: ' +
          `see what waits with npx sluice list, and start npx sluice dev ${place.name}.`;
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
