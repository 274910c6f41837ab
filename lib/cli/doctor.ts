import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Graph } from '../core/plan.ts';
import { loadApplication } from '../runtime/application.ts';
import { checkup } from '../runtime/checkup/checkup.ts';
import type { Finding } from '../runtime/checkup/finding.ts';
import { withCloudOptions, withHelp, withWork } from './command.ts';
import { EXIT } from './failure.ts';
import { type CommonOptions, paint } from './io.ts';
import { openPlace } from './opened.ts';
import { findPlace, type Place, placeArguments } from './place.ts';
import { count } from './text.ts';

/** Long enough for a poller to take something, short enough to wait for. */
const SECOND_LOOK_MS = 3_000;

/** `sluice doctor`: what is wrong with a cascade, and what to do about it. */
export function addDoctor(program: Command): void {
  const command = program
    .command('doctor [application]')
    .summary('check a cascade, and say what to do')
    .description(
      'Check a deployed or durable cascade against its tier files: queues, settings, dead letters, versions, and whether\n' +
        'a retired tier can be removed. Exits with 1 where flows are, or will be, lost or stuck.',
    );
  withHelp(withCloudOptions(command), [
    ['doctor photos --outputs outputs.json', 'the deployed cascade'],
    ['doctor photos', 'the durable folder of npx sluice dev'],
    ['doctor --json', 'findings, for other programs'],
  ]);
  withWork<CommonOptions>(command, async (io, options, [name]) => {
    const place = await findPlace(options, name);
    const { graph } = await loadApplication(place.folder);
    const findings = await examine(place, graph, placeArguments(options, name));
    const hasErrors = findings.some(({ severity }) => severity === 'error');
    if (io.json) await io.value({ application: place.name, ok: !hasErrors, findings });
    for (const finding of findings) io.say(findingText(finding));
    if (!io.json) io.say(summary(place, graph, findings));
    return hasErrors ? EXIT.failed : EXIT.ok;
  });
}

async function examine(place: Place, graph: Graph, at: string): Promise<readonly Finding[]> {
  const opened = await openPlace(place);
  try {
    const first = await opened.facts();
    const isWaiting = first.queues.some(({ depth }) => (depth?.ready ?? 0) > 0);
    if (!isWaiting || first.running !== undefined) return checkup({ graph, facts: first, before: undefined, at });
    await sleep(SECOND_LOOK_MS);
    return checkup({ graph, facts: await opened.facts(), before: first, at });
  } finally {
    await opened.close();
  }
}

const COLOURS = { error: 'red', warning: 'yellow', note: 'cyan' } as const;

function findingText({ severity, problem, fix }: Finding): string {
  return `${paint(COLOURS[severity], severity.padEnd(7))} ${problem}\n        → ${fix}`;
}

function summary(place: Place, graph: Graph, findings: readonly Finding[]): string {
  const where = place.outputs ?? place.dir;
  const looked = `${count(graph.tiers.length, 'tier')}, ${count(graph.queues.length, 'queue')}, ${where}`;
  if (findings.length === 0) return `${paint('green', 'healthy')}  ${place.name}: ${looked}`;
  const of = (severity: Finding['severity']): number => findings.filter((f) => f.severity === severity).length;
  return `\n${place.name}: ${count(of('error'), 'error')}, ${count(of('warning'), 'warning')}, ${count(of('note'), 'note')} (${looked})`;
}
