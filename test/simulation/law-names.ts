import type { Deployment } from '../../lib/testing/deployment.ts';
import { exceptionsIn } from '../../lib/testing/laws/exceptions.ts';
import type { LawMaker } from '../../lib/testing/laws/law.ts';
import { runsOf } from '../../lib/testing/runs.ts';

/** What laws are called. */
export function lawNames(makers: readonly LawMaker[], deployment: Deployment): readonly string[] {
  const runs = runsOf(deployment);
  return makers.map((make) => make(deployment.whole, runs, exceptionsIn(deployment.whole, runs)).name);
}
