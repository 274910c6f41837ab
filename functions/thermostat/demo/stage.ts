import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect, connectControl, type DecisionRecord, type TypesOf } from 'sluice';
import { loadApplication, openCloud, startCascade } from 'sluice/local';
import { hurriedClock } from './clock.ts';

type Thermostat = TypesOf<typeof import('../thermostat.ts').default>;
type Setting = Parameters<ReturnType<typeof connectSettings>['set']>[0];

/** What happens in one minute: settings first, then readings. */
export interface Minute {
  readonly settings: readonly { readonly value: Setting; readonly version: number }[];
  readonly readings: readonly { readonly flowId: string; readonly data: Thermostat['data'] }[];
}

/** What came of it. */
export interface Outcome {
  /** Message ids of the settings, one each, in order; equal messages have one id. */
  readonly sent: readonly string[];
  readonly answers: readonly { readonly flowId: string; readonly output: Thermostat['output'] }[];
  readonly decisions: readonly DecisionRecord[];
}

/** The thermostat on an embedded cloud of its own, minute by minute. */
export interface Stage {
  play(minute: Minute): Promise<Outcome>;
  close(): Promise<void>;
}

const MINUTE_MS = 60_000;

/** Opens it in memory. Settings count before the readings of their minute are sent: queues alone promise no order. */
export async function openStage(): Promise<Stage> {
  let answers: Outcome['answers'][number][] = [];
  let decisions: DecisionRecord[] = [];
  const clock = hurriedClock();
  const cloud = await openCloud({ dir: ':memory:', clock, onDecisions: (written) => void decisions.push(...written) });
  const cascade = await startCascade({
    application: await loadApplication(fileURLToPath(new URL('..', import.meta.url))),
    cloud,
    onAnswer: ({ flowId, output }) => void answers.push({ flowId, output: output as Thermostat['output'] }),
  });
  const settings = connectSettings(cloud);
  const thermostat = connect<typeof import('../thermostat.ts')>('thermostat', { cloud });
  const rest = async (): Promise<void> => {
    while (!(await cascade.idle())) await setImmediate();
  };
  return {
    async play(minute) {
      clock.forward(MINUTE_MS);
      answers = [];
      decisions = [];
      const sent = allSent(await settings.setBatch(minute.settings));
      await rest();
      allSent(await thermostat.sendBatch(minute.readings));
      await rest();
      return { sent: sent.map(({ id }) => id), answers, decisions };
    },
    async close() {
      await cascade.stop();
      await cloud.close();
    },
  };
}

function connectSettings(cloud: Awaited<ReturnType<typeof openCloud>>) {
  return connectControl<typeof import('../controls/setting.ts')>('setting', { cloud });
}

function allSent<T extends { readonly error?: Error }>(entries: readonly T[]): readonly T[] {
  for (const { error } of entries) if (error) throw error;
  return entries;
}
