import type { Command } from 'commander';
import { describeGraph } from '../core/graph-describe.ts';
import { printMermaid } from '../core/graph-mermaid.ts';
import { printGraph } from '../core/graph-print.ts';
import { loadApplication } from '../runtime/application.ts';
import { withCommonOptions, withHelp, withWork } from './command.ts';
import { EXIT } from './failure.ts';
import type { CommonOptions } from './io.ts';
import { findPlace } from './place.ts';

type GraphOptions = CommonOptions & { readonly mermaid?: true };

/** `sluice graph`: the picture of a cascade, checked while it is drawn. */
export function addGraph(program: Command): void {
  const command = program
    .command('graph [application]')
    .summary('check and draw an application')
    .description('Check an application and draw its tiers, queues and thresholds.')
    .option('--mermaid', 'draw a Mermaid flowchart instead');
  withHelp(withCommonOptions(command), [
    ['graph', 'the picture in text'],
    ['graph photos --mermaid > photos.mmd', 'for a README that renders Mermaid'],
    ['graph --json', 'for other programs'],
  ]);
  withWork<GraphOptions>(command, async (io, options, [name]) => {
    const { graph } = await loadApplication((await findPlace(options, name)).folder);
    if (io.json) await io.value({ ...describeGraph(graph), ...(options.mermaid && { mermaid: printMermaid(graph) }) });
    else process.stdout.write(options.mermaid ? printMermaid(graph) : printGraph(graph));
    return EXIT.ok;
  });
}
