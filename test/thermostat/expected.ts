import type { Event } from '../../functions/thermostat/demo/events.ts';
import type { Commanded } from '../../functions/thermostat/demo/replay.ts';

type Setting = Extract<Event, { kind: 'control' }>;

/** The semantics in a few lines of plain code: what a thermostat that never fails commands. */
export function expectedCommands(events: readonly Event[], wildcard: string): readonly Commanded[] {
  const settings = new Map<string, Setting>();
  const last = new Map<string, 'On' | 'Off'>();
  return events.flatMap((event, i) => {
    const sensor = String(event.sensorID);
    if (event.kind === 'control') {
      if (event.version > (settings.get(sensor)?.version ?? 0)) settings.set(sensor, event);
      return [];
    }
    const setting = settings.get(sensor) ?? settings.get(wildcard);
    if (!setting) return [];
    const { desired, upDelta, downDelta, version } = setting;
    const { temperature, sensorID } = event;
    const command = temperature > desired + upDelta ? 'Off' : temperature < desired - downDelta ? 'On' : undefined;
    if (!command || last.get(sensor) === command) return [];
    last.set(sensor, command);
    return [{ i, sensorID, command, version }];
  });
}
