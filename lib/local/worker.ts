import { parentPort, workerData } from 'node:worker_threads';
import { SluiceError, toError } from '../core/errors.ts';
import type { TierDefinition } from '../core/tier-definition.ts';
import type { PredictRequest } from '../ports/predictor.ts';
import { readDefinition } from '../runtime/application.ts';
import { createPredictor } from '../runtime/predictor.ts';
import { remoteControls } from './remote-controls.ts';
import { remoteObjects } from './remote-objects.ts';
import { type FromWorker, packResult, type ToWorker, type WorkerStart } from './worker-messages.ts';

/** The worker thread's side of the pool: loads one tier's file and predicts what it is sent. */
const port = parentPort!;
const { file, version, controls: uses } = workerData as WorkerStart;
const send = (message: FromWorker): void => port.postMessage(message);
const controls = remoteControls(uses, send);
const objects = remoteObjects((call) => send({ type: 'object', ...call }));

const definition = (await readDefinition(file)) as TierDefinition | undefined;
if (definition?.kind !== 'tier') throw new SluiceError('file-invalid', `${file} exports no tier`);
const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};
const predictor = createPredictor({
  tier: definition,
  version,
  objects: objects.store,
  controls: controls.reader,
  cpuMs,
});

async function work(job: number, requests: readonly PredictRequest[]): Promise<void> {
  const results = await predictor.predict(requests);
  try {
    send({ type: 'done', job, results: results.map(packResult) });
  } catch (error) {
    // A prediction that cannot be cloned, such as a function, is the task's fault and must not end the worker.
    const packed = packResult({ error: toError(error), fetched: { bytes: 0, calls: 0 } });
    send({ type: 'done', job, results: requests.map(() => packed) });
  }
}

port.on('message', (message: ToWorker) => {
  if (message.type === 'predict') void work(message.job, message.requests);
  else if (message.type === 'control') controls.settle(message);
  else objects.settle(message);
});
send({ type: 'ready' });
