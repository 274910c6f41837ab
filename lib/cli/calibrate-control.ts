import type { Calibrated } from '../calibrate/result.ts';
import { THRESHOLD } from '../core/control/threshold.ts';
import { loadApplication } from '../runtime/application.ts';
import { type ControlCliOptions, definitionOf, withControl } from './control-common.ts';
import { nextVersion, settled } from './control-send.ts';
import { EXIT } from './failure.ts';
import type { CommonOptions, Io } from './io.ts';
import { findPlace } from './place.ts';

/** A threshold that no score reaches: a control takes finite numbers only. */
const NEVER = Number.MAX_VALUE;

/** Refuses before the log is read where the application has no control to set. */
export async function requireThresholdControl(options: CommonOptions): Promise<void> {
  const { folder } = await findPlace(options);
  const { graph } = await loadApplication(folder);
  definitionOf(graph, THRESHOLD);
}

/** Sets the thresholds of a calibration, one control message a tier, and waits until each counts. */
export async function sendThresholds(io: Io, options: ControlCliOptions, { tiers }: Calibrated): Promise<number> {
  return withControl(options, THRESHOLD, async (opened) => {
    for (const { tier: key, threshold } of tiers) {
      if (threshold === undefined) continue;
      const before = await opened.client.history(key);
      const version = nextVersion(opened, key, before);
      const sent = await opened.client.set({ atLeast: Math.min(NEVER, threshold) }, { key, version });
      await settled(io, opened, options, { key, sent, did: 'set', before });
    }
    return EXIT.ok;
  });
}
