import { drop } from '../drop.ts';
import { decode, type Envelope, type Signal } from '../envelope.ts';
import { SluiceError } from '../errors.ts';
import {
  DEFAULT_MAX_BYTES,
  type ObjectReference,
  type ObjectReferences,
  type ObjectSpecs,
} from '../object-reference.ts';
import type { TierPlan } from '../plan.ts';
import type { Schema } from '../schema.ts';
import { ended, gated, load, type Outcome, type Step, validated } from './effects.ts';
import { endFlow, open, placeOf, type Story } from './story.ts';

/** What a tier works on once a message has been read, checked and let in; a half of it where the tier joins. */
export interface Work {
  readonly flow: string;
  /** Event time, ms since the epoch. */
  readonly ts: number;
  readonly hop: number;
  readonly data: unknown;
  readonly objects: ObjectReferences;
  readonly signal: Signal | undefined;
}

/** Takes in what a message brought: validate, gates in. */
export function* arrive(story: Story, plan: TierPlan): Step<Work | Outcome> {
  const envelope = story.envelope!;
  const hasData = envelope.kind === 'data' || plan.mode === 'carry';
  if (hasData && envelope.kind === 'signal') requireCarried(story, envelope);
  const data = hasData ? yield* letDataIn(story, plan, envelope) : { value: undefined };
  if (ended(data)) return data;
  const signal = envelope.signal ? yield* letSignalIn(story, plan, envelope.signal) : { value: undefined };
  if (ended(signal)) return signal;
  return {
    flow: envelope.flow,
    ts: envelope.ts,
    hop: envelope.hop ?? 0,
    data: data.value,
    objects: envelope.kind === 'data' ? declaredObjects(story, plan, envelope.objects ?? {}) : (envelope.objects ?? {}),
    signal: envelope.signal && { ...envelope.signal, output: signal.value },
  };
}

/** Decodes the message, fetching it first where it lies in the object store, and checks it is of the queue's kind. */
export function* readEnvelope(story: Story, body: string = story.incoming.body): Step<Envelope> {
  const { incoming } = story;
  let read = decode(body, { ...placeOf(story), queue: incoming.queue });
  if ('offloaded' in read) {
    story.calls.object += 1;
    read = decode(yield* load(read.offloaded), { ...placeOf(story), queue: incoming.queue, flow: read.flow });
  }
  if ('offloaded' in read || read.kind !== incoming.kind) {
    const kind = 'offloaded' in read ? 'twice offloaded' : read.kind;
    throw new SluiceError(
      'envelope-invalid',
      `queue ${incoming.queue} takes ${incoming.kind} messages, and this one is ${kind}`,
      {
        ...placeOf(story),
        flow: read.flow,
        fix: 'Send data with connect(…).send; signals and answers come from tiers only.',
        retry: 'never',
      },
    );
  }
  open(story, read);
  return read;
}

/** What escalates to a tier that carries has objects, if only none; without them it was meant for a tier that joins. */
function requireCarried(story: Story, envelope: Envelope): void {
  if (envelope.data !== undefined || envelope.objects !== undefined) return;
  throw new SluiceError('envelope-invalid', `tier "${envelope.from.name}" sent a signal without data`, {
    ...placeOf(story),
    fix: 'It was deployed when this tier joined its data: deploy the whole application, then send the flow again.',
    retry: 'never',
  });
}

function* letDataIn(story: Story, plan: TierPlan, envelope: Envelope): Step<{ readonly value: unknown } | Outcome> {
  let value = envelope.data;
  if (envelope.kind === 'data') {
    const schema = plan.tier.joins?.stream.schema ?? (plan.tier.input as Schema);
    value = yield* checked(story, schema, value, 'data-invalid', 'data');
  }
  if (plan.steps) yield* plan.steps.read(story, plan, value);
  return yield* throughGate(story, plan, 'data', value);
}

function* letSignalIn(story: Story, plan: TierPlan, signal: Signal): Step<{ readonly value: unknown } | Outcome> {
  const { tier } = plan;
  const value = tier.signal
    ? yield* checked(story, tier.signal, signal.output, 'signal-invalid', `signal of tier "${signal.tier}"`)
    : signal.output;
  return yield* throughGate(story, plan, 'signal', value);
}

function* throughGate(
  story: Story,
  plan: TierPlan,
  name: 'data' | 'signal',
  value: unknown,
): Step<{ readonly value: unknown } | Outcome> {
  const gate = plan.tier.gates?.[name];
  if (!gate) return { value };
  const out = yield* gated(name, gate, value, story.envelope!.flow, story.values);
  return out === drop ? yield* endFlow(story, 'dropped', `the ${name} gate dropped it`) : { value: out };
}

function* checked(
  story: Story,
  schema: Schema,
  value: unknown,
  code: 'data-invalid' | 'signal-invalid',
  what: string,
): Step<unknown> {
  const result = yield* validated(schema, value);
  if ('value' in result) return result.value;
  throw new SluiceError(code, `the ${what} does not fit the schema: ${result.problem}`, {
    ...placeOf(story),
    fix: 'Correct the sender or the schema, then redrive.',
    retry: 'never',
  });
}

/** The references the tier declares, checked and stamped with what it says about them. */
function declaredObjects(story: Story, plan: TierPlan, objects: ObjectReferences): ObjectReferences {
  const specs: ObjectSpecs = plan.tier.joins?.stream.objects ?? plan.tier.objects ?? {};
  const stamped: Record<string, ObjectReference> = {};
  const undeclared = Object.keys(objects).find((name) => !Object.hasOwn(specs, name));
  if (undeclared !== undefined) {
    throw new SluiceError('object-undeclared', `the object "${undeclared}" was sent and is not declared`, {
      ...placeOf(story),
      fix: `Declare it under objects, or leave it out. Declared here: ${Object.keys(specs).join(', ') || 'none'}.`,
      retry: 'never',
    });
  }
  for (const [name, spec] of Object.entries(specs)) {
    const reference = objects[name];
    if (!reference) {
      throw new SluiceError('data-invalid', `the object "${name}" is declared and was not sent`, {
        ...placeOf(story),
        fix: `Send it: send(data, { objects: { ${name}: bytes } }).`,
        retry: 'never',
      });
    }
    const { maxBytes = DEFAULT_MAX_BYTES } = spec;
    if (reference.size > maxBytes) {
      throw new SluiceError(
        'object-too-large',
        `the object "${name}" has ${reference.size} bytes; ${maxBytes} are allowed`,
        {
          ...placeOf(story),
          fix: 'Send a smaller object or raise maxBytes.',
          retry: 'never',
        },
      );
    }
    // Whether it is deleted is for the tier to say, whatever the sender wrote; what it is, for whoever knows.
    const { deleteAfter: _, ...sent } = reference;
    const contentType = sent.contentType ?? spec.contentType;
    stamped[name] = {
      ...sent,
      ...(contentType !== undefined && { contentType }),
      ...(spec.deleteAfter && { deleteAfter: spec.deleteAfter }),
    };
  }
  return stamped;
}
