import type { Command } from 'commander';
import { EVERY_KEY } from '../core/control/keys.ts';
import { renumberControl } from '../runtime/controls/renumber.ts';
import { withCloudOptions, withHelp, withWork } from './command.ts';
import { type ControlCliOptions, keyText, withControl, withKey } from './control-common.ts';
import { EXIT, notFound } from './failure.ts';

/** `sluice control renumber`: the way out where a version is so high that none can follow it. */
export function addControlRenumber(control: Command): void {
  const command = withKey(control.command('renumber <control>')).description(
    'Number the versions kept of a key from 1, where one got so high that none can follow it. What counts stays.',
  );
  withHelp(withCloudOptions(command), [
    ['control renumber threshold --tier small', 'then: control rollback, or control set'],
  ]);
  withWork<ControlCliOptions>(command, async (io, options, [name]) =>
    withControl(options, name, async ({ definition, cloud, key = EVERY_KEY }) => {
      const version = await renumberControl(cloud.table, definition.name, key);
      if (version === undefined) {
        throw notFound(
          'control',
          `nothing was ever set for ${keyText(key)} of control "${definition.name}"`,
          'See the keys that there are: npx sluice control ls',
        );
      }
      if (io.json) await io.value({ control: definition.name, key, version });
      io.say(`renumbered: ${definition.name} of ${keyText(key)} is at version ${version}`);
      return EXIT.ok;
    }),
  );
}
