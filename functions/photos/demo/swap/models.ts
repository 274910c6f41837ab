import { connectControl } from 'sluice';
import type { LocalCloud } from 'sluice/local';
import type { Step } from './steps.ts';

/** A sender of models for `small`: puts the file into the store and names it, or names an earlier version. */
export function modelSender(cloud: LocalCloud): (step: Step) => Promise<void> {
  const models = connectControl<typeof import('./photos/controls/model.ts')>('model', { cloud });
  return async (step) => {
    const under = { key: 'small', version: step.version };
    if ('restores' in step) {
      await models.restore(step.restores, under);
      return;
    }
    const { weights, arrived = weights.length } = step;
    const whole = await cloud.objects.put(`models/small/${step.version}.bin`, weights);
    // The message tells size and hash of what was meant to be stored: an upload that broke off is found out by them.
    if (arrived < weights.length) await cloud.objects.put(whole.key, weights.subarray(0, arrived));
    await models.set({ object: whole, description: step.title }, under);
  };
}
