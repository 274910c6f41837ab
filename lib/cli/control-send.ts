import { setTimeout as sleep } from 'node:timers/promises';
import { EVERY_KEY } from '../core/control/keys.ts';
import type { ControlVersion } from '../core/control/message.ts';
import { MODEL } from '../core/control/model.ts';
import { toMs } from '../core/duration.ts';
import type { SentControl } from '../runtime/controls/client.ts';
import { type ControlCliOptions, keyText, type OpenedControl } from './control-common.ts';
import { EXIT, refused } from './failure.ts';
import type { Io } from './io.ts';
import { devCommand, placeArguments } from './place.ts';
import { toDuration } from './send-options.ts';
import { count, shellText } from './text.ts';

const LOOK_EVERY_MS = 50;

/** The version a person's message gets: the next one. */
export function nextVersion(
  { definition, place }: OpenedControl,
  key: string,
  history: readonly ControlVersion[],
): number {
  const next = (history.at(-1)?.version ?? 0) + 1;
  if (Number.isSafeInteger(next)) return next;
  const { name: application, dir, outputs } = place;
  const at = placeArguments({ application, ...(outputs === undefined ? { dir } : { outputs }) });
  throw refused(
    `${definition.name} of ${keyText(key)} is at the highest version there is`,
    `Number its versions anew: npx sluice control renumber ${definition.name} --key ${shellText(key)}${at}`,
  );
}

/** A change that is on its way. */
export interface SentChange {
  readonly key: string;
  readonly sent: SentControl;
  /** What it does, for people. */
  readonly did: string;
  /** The versions that were kept when it was sent. */
  readonly before: readonly ControlVersion[];
}

/** Tells that a message was sent, and waits until it counts where something is there to apply it. */
export async function settled(
  io: Io,
  opened: OpenedControl,
  options: ControlCliOptions,
  { key, sent, did, before }: SentChange,
): Promise<number> {
  const { definition, place, running } = opened;
  const name = definition.name;
  if (running === false) {
    io.note(`nothing runs on ${place.dir} now; the message waits there for: ${devCommand(place)}`);
    if (io.json) await io.value({ control: name, key, version: sent.version, id: sent.id, applied: false });
    io.say(`sent: ${name} of ${keyText(key)}, version ${sent.version}`);
    return EXIT.ok;
  }
  const kept = await applied(
    opened,
    key,
    sent,
    toMs(toDuration(options.wait ?? '30s', '--wait'), '--wait'),
    placeArguments(options),
  );
  if (io.json) await io.value({ control: name, key, version: sent.version, id: sent.id, applied: true });
  const soon = `within ${definition.maxStalenessMs / 1_000} s`;
  // That a setting counts does not say that the model it names is any good.
  const effect =
    name === MODEL ? `each instance tries it ${soon}, and serves with it if it is good` : `in effect ${soon}`;
  io.say(`${did}: ${name} of ${keyText(key)} is at version ${sent.version}, ${effect}`);
  if (kept.length < Math.min(before.length + 1, definition.history)) {
    io.note(`its history is shortened to ${count(kept.length, 'version')}: larger ones do not fit beside each other`);
  }
  return EXIT.ok;
}

async function applied(
  { client, definition }: OpenedControl,
  key: string,
  { id, version }: SentControl,
  waitMs: number,
  place: string,
): Promise<readonly ControlVersion[]> {
  const until = Date.now() + waitMs;
  for (;;) {
    const history = await client.history(key);
    if (history.some((one) => one.id === id && one.version === version)) return history;
    const current = history.at(-1);
    if (current && current.version >= version) {
      throw refused(
        `version ${current.version} of ${definition.name}, from another sender, came before this one`,
        `Look at it, and send yours again: npx sluice control history ${definition.name}${key === EVERY_KEY ? '' : ` --key ${key}`}${place}`,
      );
    }
    if (Date.now() >= until) {
      throw refused(
        `it was sent, and not applied within ${waitMs} ms`,
        `It may still be. If it was refused, the reason is there: npx sluice dlq ls --tier controls${place}`,
      );
    }
    await sleep(LOOK_EVERY_MS);
  }
}
