import type { Broken, Event, Place } from './events.ts';
import type { Stage } from './stage.ts';

/** A command, and the event that caused it. */
export interface Commanded {
  readonly i: number;
  readonly sensorID: string | number;
  readonly command: 'On' | 'Off';
  /** Of the setting it follows from. */
  readonly version: number;
}

/** Something an event did not lead to, and why. */
export interface Told {
  readonly line: number;
  /** `broken`: no event. Else what was decided: `stale` or `duplicate` (a setting), `dropped` (a reading), `failed`. */
  readonly what: string;
  readonly why: string;
}

/** How many of each there were. */
export interface Counts {
  readonly settings: number;
  readonly readings: number;
  readonly commands: number;
  readonly told: Readonly<Record<string, number>>;
}

type Placed<T> = Place & T;
type Control = Placed<Extract<Event, { kind: 'control' }>>;
type Data = Placed<Extract<Event, { kind: 'data' }>>;

/**
 * Plays events in their order. Those whose order does not matter share a minute: settings, then readings of sensors that
 * differ. A setting after a reading begins the next one, and so does a second reading of a sensor.
 */
export async function replay(
  events: AsyncIterable<Placed<Event | Broken>>,
  stage: Stage,
  on: { readonly command: (command: Commanded) => void; readonly told: (told: Told) => void },
): Promise<Counts> {
  const counts = { settings: 0, readings: 0, commands: 0, told: {} as Record<string, number> };
  let controls: Control[] = [];
  let readings = new Map<string, Data>();

  const tell = (told: Told): void => {
    counts.told[told.what] = (counts.told[told.what] ?? 0) + 1;
    on.told(told);
  };
  async function flush(): Promise<void> {
    const minute = { controls, readings: [...readings.values()] };
    controls = [];
    readings = new Map();
    const { commands, told } = await playMinute(minute, stage);
    told.forEach(tell);
    commands.forEach(on.command);
    counts.settings += minute.controls.length;
    counts.readings += minute.readings.length;
    counts.commands += commands.length;
  }
  for await (const event of events) {
    if (event.kind === 'broken') {
      tell({ line: event.line, what: 'broken', why: event.problem });
    } else if (event.kind === 'control') {
      if (readings.size > 0) await flush();
      controls.push(event);
    } else {
      if (readings.has(String(event.sensorID))) await flush();
      readings.set(String(event.sensorID), event);
    }
  }
  await flush();
  return counts;
}

async function playMinute(
  { controls, readings }: { readonly controls: readonly Control[]; readonly readings: readonly Data[] },
  stage: Stage,
): Promise<{ readonly commands: readonly Commanded[]; readonly told: readonly Told[] }> {
  const { sent, answers, decisions } = await stage.play({
    settings: controls.map(({ sensorID, desired, upDelta, downDelta, version }) => ({
      value: { sensorID, desired, upDelta, downDelta },
      version,
    })),
    readings: readings.map(({ i, sensorID, temperature }) => ({ flowId: String(i), data: { sensorID, temperature } })),
  });
  const lines = new Map([
    ...readings.map(({ i, line }) => [String(i), line] as const),
    // Where two settings are the same message, it is the later one that changes nothing.
    ...controls.map(({ line }, n) => [sent[n]!, line] as const),
  ]);
  const told = decisions
    .filter(({ decision, controls: versions }) => TOLD.has(decision) || (decision === 'dropped' && !versions))
    .map(({ flow, in: [message], decision, reason = '' }) => ({
      line: lines.get(message!.kind === 'control' ? message!.id : flow!)!,
      what: decision,
      why: reason,
    }));
  const commands = answers.map(({ flowId, output: { sensorID, command, version } }) => ({
    i: Number(flowId),
    sensorID,
    command: command!,
    version,
  }));
  return {
    commands: commands.sort((a, b) => a.i - b.i),
    told: told.sort((a, b) => a.line - b.line),
  };
}

/** A reading that asked for nothing because all is well is dropped too, but with the versions it was compared with. */
const TOLD = new Set(['stale', 'duplicate', 'failed']);
