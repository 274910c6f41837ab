import { sendControl } from './control-input.ts';
import type { SimulatedInput } from './input.ts';
import type { Simulation } from './simulate.ts';

/** Sends one piece of an input into a world: data of a flow, or a control message. */
export async function sendInput(world: Simulation, input: SimulatedInput): Promise<void> {
  if ('control' in input) return sendControl(world.cloud, input);
  const { entry, data, after: _, ...options } = input;
  await world.send(entry, data, options);
}
