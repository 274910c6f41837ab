import { isSluiceError, toError } from '../../lib/core/errors.ts';
import type { Limits } from '../../lib/core/plan.ts';
import { type LocalCloud, loadApplication, openCloud, startCascade } from '../../lib/local/index.ts';

/** What the runner is told. */
export interface RunnerStart {
  readonly dir: string;
  readonly application: string;
  /** Instead of the times that follow from a tier's timeout, so that a stall of seconds is past them. */
  readonly limits: Limits;
}

/** What it says. */
export type FromRunner =
  /** The first decision since its start is written. */
  | { readonly is: 'working' }
  /** It could not start. */
  | { readonly is: 'refused'; readonly code: string; readonly message: string }
  /** Something failed while it ran, and it goes on. */
  | { readonly is: 'fault'; readonly code: string; readonly message: string };

/** The process that is killed: a cascade on a durable folder. */
const { dir, application: folder, limits } = JSON.parse(process.argv[2]!) as RunnerStart;
const tell = (message: FromRunner): void => void (process.connected && process.send!(message));

process.on('disconnect', () => process.exit(1));
let cloud: LocalCloud | undefined;
try {
  const application = await loadApplication(folder);
  const tiers = application.graph.tiers.map((plan) => ({ ...plan, limits }));
  let working = false;
  cloud = await openCloud({
    dir,
    onDecisions() {
      if (!working) tell({ is: 'working' });
      working = true;
    },
  });
  const cascade = await startCascade({
    application: { ...application, graph: { ...application.graph, tiers } },
    cloud,
    onError: (error) => tell({ is: 'fault', code: codeOf(error), message: error.message }),
  });
  process.once('SIGTERM', async () => {
    await cascade.stop();
    await cloud?.close();
    process.exit(0);
  });
} catch (error) {
  const { message } = toError(error);
  await new Promise((done) =>
    process.send!({ is: 'refused', code: codeOf(error), message } satisfies FromRunner, done),
  );
  process.exit(1);
}

function codeOf(error: unknown): string {
  return isSluiceError(error) ? error.code : toError(error).name;
}
