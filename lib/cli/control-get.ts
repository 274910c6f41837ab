import type { Command } from 'commander';
import { NAMESPACE } from '../aws/metrics-emf.ts';
import { toControlState, versionBefore } from '../core/control/item.ts';
import { EVERY_KEY, keysFor } from '../core/control/keys.ts';
import type { ControlVersion } from '../core/control/message.ts';
import { MODEL } from '../core/control/model.ts';
import { withCloudOptions, withHelp, withWork } from './command.ts';
import {
  type ControlCliOptions,
  changedKey,
  checkTier,
  keyText,
  type OpenedControl,
  withControl,
  withKey,
} from './control-common.ts';
import { warnOfRejected } from './control-rejected.ts';
import { nextVersion, settled } from './control-send.ts';
import { type ModelStory, modelStory, storyText } from './control-uses.ts';
import { EXIT, notFound, wrongUsage } from './failure.ts';
import { readOutputs } from './outputs.ts';
import { table } from './table.ts';
import { count, oneLine, shellText, timeText } from './text.ts';

/** `sluice control get`: what counts for a key now. */
export function addControlGet(control: Command): void {
  const command = withKey(control.command('get <control>')).description(
    'Show what counts for a key now: what is set for it, or for the nearest wildcard above it.',
  );
  withHelp(withCloudOptions(command), [
    ['control get threshold --tier small', 'the threshold of a tier'],
    ['control get setting --key 7 --json', 'for other programs'],
  ]);
  withWork<ControlCliOptions>(command, async (io, options, [name]) =>
    withControl(options, name, async (opened) => {
      const { definition } = opened;
      const asked = opened.key ?? EVERY_KEY;
      const found = await foundFor(opened, asked);
      // What was set for a tier that is gone can still be looked at.
      if (found?.key !== asked) checkTier(opened, asked);
      if (!found) {
        const fix = `Set it: npx sluice control set ${definition.name} … Until then beforeControl: '${definition.beforeControl}' says what data does that asks for it.`;
        throw notFound('control', `nothing is set for ${keyText(asked)} of control "${definition.name}"`, fix);
      }
      const { key, current } = found;
      const { version, at, value } = current;
      const story = await storyOf(opened, asked);
      const metric = await metricOf(opened, asked);
      if (io.json) {
        const more = { ...story, ...(metric && { metric }) };
        await io.value({ control: definition.name, asked, key, version, at, value, ...more });
      }
      const from = key === asked ? '' : `, set for ${keyText(key)}`;
      io.say(`${definition.name} of ${keyText(asked)}: version ${version}, since ${timeText(at)}${from}`);
      io.say(JSON.stringify(value, null, 2));
      const text = story && storyText(story);
      if (text) io.say(`\n${text}`);
      if (metric) io.say(`\nhow its versions are used now, CloudWatch knows: ${metricText(metric)}`);
      return EXIT.ok;
    }),
  );
}

/** What became of a tier's models, where the decision log can be read back. */
async function storyOf({ definition, cloud }: OpenedControl, tier: string): Promise<ModelStory | undefined> {
  return definition.name === MODEL && cloud.decisions.files ? modelStory(cloud, tier) : undefined;
}

/** The metric that tells the same of a deployed tier, for each version as its dimension `model`. */
async function metricOf({ definition, place }: OpenedControl, tier: string) {
  if (definition.name !== MODEL || place.outputs === undefined || tier === EVERY_KEY) return undefined;
  const { metrics: namespace = NAMESPACE } = await readOutputs(place.outputs, place.name);
  return { namespace, name: 'modelMs', dimensions: { application: place.name, tier } };
}

function metricText({ namespace, name, dimensions }: NonNullable<Awaited<ReturnType<typeof metricOf>>>): string {
  const { application, tier } = dimensions;
  return `metric ${name} of ${namespace}, application ${application}, tier ${tier}, and its version as model`;
}

async function foundFor(
  { client }: OpenedControl,
  asked: string,
): Promise<{ readonly key: string; readonly current: ControlVersion } | undefined> {
  for (const key of keysFor(asked)) {
    const current = (await client.history(key)).at(-1);
    if (current && !current.deleted) return { key, current };
  }
  return undefined;
}

/** `sluice control history`: the versions kept of a key. */
export function addControlHistory(control: Command): void {
  const command = withKey(control.command('history <control>')).description(
    'List the versions kept of what was set for a key, the oldest first.',
  );
  withHelp(withCloudOptions(command), [['control history threshold --tier small', 'and since when each counted']]);
  withWork<ControlCliOptions>(command, async (io, options, [name]) =>
    withControl(options, name, async (opened) => {
      const key = opened.key ?? EVERY_KEY;
      const history = await kept(opened, key);
      if (io.json) await io.value({ control: opened.definition.name, key, history });
      const rows = history.map((one) => [one.version, timeText(one.at), whatText(one)]);
      io.say(table(['version', 'since', 'value'], rows));
      return EXIT.ok;
    }),
  );
}

/** `sluice control rollback`: an earlier version counts again. */
export function addControlRollback(control: Command): void {
  const command = withKey(control.command('rollback <control>'))
    .description('Let the version before count again, or the one that is named. It counts under a new version.')
    .option('--to <version>', 'the version to go back to (default: the one before)')
    .option('--wait <time>', 'how long to wait until it is applied (default: 30s)');
  withHelp(withCloudOptions(command), [
    ['control rollback threshold --tier small', 'one back; again: two back'],
    ['control rollback threshold --tier small --to 3', 'to version 3'],
  ]);
  withWork<ControlCliOptions & { readonly to?: string }>(command, async (io, options, [name]) =>
    withControl(options, name, async (opened) => {
      const key = changedKey(opened);
      const history = await kept(opened, key);
      const target = targetOf(opened, key, history, options.to);
      const version = nextVersion(opened, key, history);
      const sent = await opened.client.restore(target, { key, version });
      const did = `back to version ${target}`;
      const code = await settled(io, opened, options, { key, sent, did, before: history });
      await warnOfRejected(io, opened, options, { tier: key, history, target });
      return code;
    }),
  );
}

async function kept(opened: OpenedControl, key: string): Promise<readonly ControlVersion[]> {
  const { client, definition } = opened;
  const history = await client.history(key);
  if (history.length > 0) return history;
  checkTier(opened, key);
  throw notFound(
    'control',
    `nothing was ever set for ${keyText(key)} of control "${definition.name}"`,
    `Set it: npx sluice control set ${definition.name} '…'`,
  );
}

function targetOf(
  { definition: { name, history: most } }: OpenedControl,
  key: string,
  history: readonly ControlVersion[],
  to: string | undefined,
): number {
  const versions = history.map(({ version }) => version);
  const before = versionBefore(toControlState({ version: versions.at(-1)!, history: history as never })!);
  const target = to === undefined ? before?.version : versions.find((version) => version === Number(to));
  if (target !== undefined) return target;
  throw wrongUsage(
    to === undefined ? 'there is no version before the current one' : `version ${to} is not kept`,
    `Kept: ${versions.join(', ')}. A key keeps ${count(most, 'version')}, fewer of large values. Set the value again: npx sluice control set ${name} … --key ${shellText(key)}`,
  );
}

function whatText({ value, deleted, restores }: ControlVersion): string {
  const what = deleted ? '(deleted)' : oneLine(JSON.stringify(value), 100);
  return restores === undefined ? what : `${what}  (version ${restores} again)`;
}
