import { MODEL } from '../../core/control/model.ts';
import type { ControlReader } from '../controls/reader.ts';
import { loadModel, type ModelOptions } from './load-model.ts';
import { type ModelSlot, modelSlot, OWN, type ServingModel } from './model-slot.ts';

/** The slot of a tier's model: one that follows the control `model`, where the application has it, else the tier's own. */
export function slotOf(options: ModelOptions & { readonly controls?: ControlReader }): ModelSlot {
  const { tier, controls } = options;
  const follows = tier.load !== undefined && controls?.uses.some(({ name }) => name === MODEL);
  return follows ? modelSlot(options, controls!) : ownModel(options);
}

/** The model that `load` makes by itself, once. */
function ownModel(options: ModelOptions): ModelSlot {
  let serving: ServingModel | undefined;
  let beginning: Promise<ServingModel> | undefined;

  async function begin(): Promise<ServingModel> {
    try {
      serving = { value: await loadModel(options), ...OWN };
      return serving;
    } finally {
      beginning = undefined; // Where it failed, the next batch tries again: a model server may have been away.
    }
  }
  return {
    take() {
      if (serving) return serving;
      beginning ??= begin();
      return beginning;
    },
    events: () => [],
  };
}
