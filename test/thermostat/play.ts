import type { Broken, Event } from '../../functions/thermostat/demo/events.ts';
import { type Commanded, replay, type Told } from '../../functions/thermostat/demo/replay.ts';
import type { Stage } from '../../functions/thermostat/demo/stage.ts';

/** Plays events; returns commands in their order, and what was told. */
export async function play(
  stage: Stage,
  events: readonly (Event | Broken)[],
): Promise<{ readonly commands: readonly Commanded[]; readonly told: readonly Told[] }> {
  const commands: Commanded[] = [];
  const told: Told[] = [];
  async function* placed() {
    for (const [i, event] of events.entries()) yield { ...event, i, line: i + 1 };
  }
  await replay(placed(), stage, {
    command: (command) => commands.push(command),
    told: (one) => told.push(one),
  });
  return { commands, told };
}
