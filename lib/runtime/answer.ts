import type { Envelope } from '../core/envelope.ts';
import { PRODUCED } from '../core/object-keys.ts';
import type { Answer } from '../core/tier-types.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { lazyObjects, objectReader } from './objects.ts';

/** An answer envelope as destination handlers and clients see it. */
export function toAnswer(envelope: Envelope, objects: ObjectStore, allowedBuckets: readonly string[] = []): Answer {
  const signal = envelope.signal!;
  return {
    id: envelope.id,
    flowId: envelope.flow,
    tier: signal.tier,
    version: signal.version,
    output: signal.output,
    ...(signal.score !== undefined && { score: signal.score }),
    ...(signal.threshold !== undefined && { threshold: signal.threshold }),
    ...(signal.controls && { controls: signal.controls }),
    eventTime: envelope.ts,
    objects: lazyObjects(objectReader(objects, allowedBuckets), signal.objects ?? {}, [PRODUCED]).objects,
  };
}
