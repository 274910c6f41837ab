import { printGraph } from '../core/graph-print.ts';
import { startCascade } from '../local/cascade.ts';
import { openCloud } from '../local/cloud.ts';
import { loadApplication } from '../runtime/application.ts';
import { answerJson } from './answer-json.ts';
import { decisionCounts, liveLine } from './dev-live.ts';
import { EXIT, toFailure } from './failure.ts';
import { failureText } from './failure-report.ts';
import type { Io } from './io.ts';
import { reasonText, shellText, shown } from './text.ts';

/** Nothing is kept, and no other command can look. */
export const MEMORY = ':memory:';

/** What `dev` runs. */
export interface DevRun {
  readonly name: string;
  readonly folder: string;
  readonly dir: string;
  /** Options that lead other commands here. */
  readonly at: string;
  readonly json: boolean;
  readonly verbose: boolean;
}

/** When it stops, and who hears that it has begun. */
export interface DevLife {
  readonly stop: Promise<void>;
  /** Called once the files are loaded, before the store is opened. */
  readonly onLoaded?: () => void;
  /** Called once messages are being received. */
  readonly onRunning?: () => void;
  /** Left out of runs that only replace an earlier one. */
  readonly quiet?: boolean;
  /** The process to stop, where it is not this one. */
  readonly pid?: number;
}

/** Runs an application in this process until it is told to stop; batches in work are finished first. */
export async function runHere(io: Io, run: DevRun, life: DevLife): Promise<number> {
  const application = await loadApplication(run.folder);
  life.onLoaded?.();
  if (!life.quiet) io.say(printGraph(application.graph));
  const counts = decisionCounts();
  const live = liveLine(() => counts.text(), io.json ? undefined : process.stdout);
  const cloud = await openCloud({
    dir: run.dir,
    onDecisions(records) {
      counts.add(records);
      for (const { tier, flow, reason, decision } of records) {
        if (decision === 'rejected') {
          live.above(() => io.note(`model rejected at ${tier}: ${shown(reason ?? '')}`));
        }
        if (decision !== 'failed') continue;
        const look =
          run.dir === MEMORY ? '' : `\n  → npx sluice ${flow === null ? 'dlq ls' : `flow ${shellText(flow)}`}${run.at}`;
        live.above(() => io.note(`dead letter at ${tier}: ${reasonText(reason ?? '', 200)}${look}`));
      }
    },
  });
  try {
    const cascade = await startCascade({
      application,
      cloud,
      onAnswer: (answer) => (io.json ? io.value(answerJson(answer)) : undefined),
      onError: (error) => live.above(() => io.note(failureText(toFailure(error)))),
    });
    live.above(() => io.note(`${run.name} runs ${whereText(run)} (pid ${life.pid ?? process.pid}); Ctrl-C stops it`));
    life.onRunning?.();
    await life.stop;
    await cascade.stop();
  } finally {
    live.end();
    await cloud.close();
  }
  return EXIT.ok;
}

function whereText(run: DevRun): string {
  return run.dir === MEMORY ? 'in memory' : `on ${run.dir}`;
}
