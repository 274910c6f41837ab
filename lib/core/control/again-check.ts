import { SluiceError } from '../errors.ts';
import { requireFunctions, requireOption } from '../options.ts';
import type { TierDefinition } from '../tier-definition.ts';

/** A tier, where it is, and the one whose data it is carried: nothing for a first tier. */
export interface Placed {
  readonly tier: TierDefinition;
  readonly file: string;
  readonly upstream: Placed | undefined;
}

/** Checks that a tier can decide with controls, and work data again, as it says it does. @throws SluiceError `option-invalid` */
export function checkControlUse(placed: Placed): void {
  const { tier, file } = placed;
  const what = `tier "${tier.name}" in ${file}`;
  if (tier.decideWith) {
    requireFunctions(tier.decideWith, Object.keys(tier.decideWith), `decideWith of ${what}`);
    for (const alias of Object.keys(tier.decideWith)) {
      if (tier.controls && Object.hasOwn(tier.controls, alias)) continue;
      throw refused(
        placed,
        `decides with "${alias}", which is not among its controls`,
        `Name it: controls: { ${alias}: … }.`,
      );
    }
    if (tier.joins) {
      throw refused(
        placed,
        'decides with controls and joins',
        `A signal comes without the data that the key is made of: ${CARRY}`,
      );
    }
  }
  const { reevaluateOnControl } = tier;
  const isFlag = [undefined, true, false].includes(reevaluateOnControl);
  requireOption(isFlag, what, 'reevaluateOnControl', reevaluateOnControl, 'true, or left out');
  if (!reevaluateOnControl) return;
  const { controls = {}, state } = tier;
  const again = 'works data again when a control is applied';
  if (Object.keys(controls).length === 0) throw refused(placed, `${again} and reads none`, 'Name it under controls.');
  if (!state) throw refused(placed, `${again} and has no state to keep it with`, STATE);
  if (tier.joins) throw refused(placed, `${again} and joins`, `Halves are kept until they have met only: ${CARRY}`);
  if (tier.delivery === 'once') {
    throw refused(
      placed,
      `${again}, and works a flow once`,
      'Leave delivery out: with state, an input counts once anyway.',
    );
  }
  const gone = deletedObject(placed);
  if (gone)
    throw refused(placed, `${again}, and its object "${gone}" is deleted after the answer`, 'Leave deleteAfter out.');
}

const CARRY = 'let the escalation carry the data.';
const STATE = "Give it one whose keys are the control's: state: { schema, initial, keyBy }.";

function deletedObject({ tier, upstream }: Placed): string | undefined {
  if (upstream && !tier.joins) return deletedObject(upstream);
  const objects = tier.joins?.stream.objects ?? tier.objects ?? {};
  return Object.entries(objects).find(([, spec]) => spec.deleteAfter)?.[0];
}

function refused({ tier, file }: Placed, problem: string, fix: string): SluiceError {
  return new SluiceError('option-invalid', `tier "${tier.name}" in ${file} ${problem}`, { fix });
}
