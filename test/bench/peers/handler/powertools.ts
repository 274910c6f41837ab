import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import {
  IdempotencyConfig,
  IdempotencyItemAlreadyExistsError,
  IdempotencyItemNotFoundError,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import { BasePersistenceLayer, IdempotencyRecord } from '@aws-lambda-powertools/idempotency/persistence';
import { type Backend, createBackend } from './backend.ts';
import type { SqsEvent } from './batches.ts';
import { CONTEXT, type Contender } from './contender.ts';
import { Prediction, predict, Reading } from './task.ts';

type SqsRecord = SqsEvent['Records'][number];

/** A persistence layer of one's own, as the documentation of the idempotency utility asks for. */
class InMemory extends BasePersistenceLayer {
  readonly #backend: Backend;

  constructor(backend: Backend) {
    super();
    this.#backend = backend;
  }

  protected async _putRecord(record: IdempotencyRecord): Promise<void> {
    if (!(await this.#backend.insert(record.idempotencyKey, record)))
      throw new IdempotencyItemAlreadyExistsError(`there is ${record.idempotencyKey}`);
  }

  protected async _updateRecord(record: IdempotencyRecord): Promise<void> {
    await this.#backend.write(record.idempotencyKey, record);
  }

  protected async _getRecord(key: string): Promise<IdempotencyRecord> {
    const found = await this.#backend.read(key);
    if (!(found instanceof IdempotencyRecord)) throw new IdempotencyItemNotFoundError();
    return found;
  }

  protected async _deleteRecord(record: IdempotencyRecord): Promise<void> {
    await this.#backend.remove(record.idempotencyKey);
  }
}

/** Batch processor and idempotency for each record by its message id, as their documentation shows. */
export function powertoolsHandler(): Contender {
  const backend = createBackend();
  const processor = new BatchProcessor(EventType.SQS);
  const work = makeIdempotent(
    async (record: SqsRecord) => {
      const { data } = JSON.parse(record.body) as { readonly data: unknown };
      const output = Prediction.parse(predict(Reading.parse(data)));
      await backend.send([JSON.stringify(output)]);
      return output;
    },
    { persistenceStore: new InMemory(backend), config: new IdempotencyConfig({ eventKeyJmesPath: 'messageId' }) },
  );
  return {
    name: 'Powertools batch + idempotency',
    version: '2.35.0',
    does: 'validation by hand, retry, idempotency',
    calls: backend.calls,
    handle: (event) => processPartialResponse(event as never, work as never, processor, { context: CONTEXT as never }),
  };
}
