import type { Bug } from '../bug.ts';

/** Messages acknowledged too early, sends and receives believed without looking. */
export const queueBugs: readonly Bug[] = [
  {
    name: 'what is to be retried is acknowledged',
    file: 'lib/runtime/handler.ts',
    find: '    failed.push(receipt);\n',
    replace: '',
    finds: ['acknowledged with a decision', 'every flow ends once', 'no half waits silently'],
  },
  {
    name: 'the receipt of the first message is reported for another',
    file: 'lib/runtime/handler.ts',
    find: 'const { receipt } = messages[i]!;',
    replace: 'const { receipt } = messages[0]!;',
    finds: ['acknowledged with a decision', 'every flow ends once', 'no half waits silently'],
  },
  {
    name: 'a send that failed counts as sent',
    file: 'lib/runtime/outbox.ts',
    find: 'return messages.map(() => toError(error));',
    replace: 'return messages.map(() => undefined);',
    finds: ['every flow ends once', 'objects outlive their flow'],
  },
  {
    name: 'a batch sent in part counts as sent',
    file: 'lib/runtime/outbox.ts',
    find: '    if (error) results[at]',
    replace: '    if (error && sent.every((e) => e !== undefined)) results[at]',
    finds: ['every flow ends once', 'objects outlive their flow'],
  },
  {
    name: 'one call that fails throws out of the batch',
    file: 'lib/runtime/interpreter.ts',
    find: '    return { value: await carryOut(place, effect) };\n  } catch (error) {\n    return { error };',
    replace: '    return { value: await carryOut(place, effect) };\n  } catch (error) {\n    throw error;',
    finds: ['batches never fail'],
  },
  {
    name: 'predictions of a batch are given to the wrong messages',
    file: 'lib/runtime/interpreter.ts',
    find: 'resume(place, run, { value: results[i] });',
    replace: 'resume(place, run, { value: results[runs.length - 1 - i] });',
    finds: ['an answer is about its own flow', 'a satisfied flow goes no further', 'gates see their own verdict only'],
  },
  {
    name: 'one record fails its whole batch',
    file: 'lib/runtime/predictor.ts',
    find: 'if (calls.length === 1) return [failure(tier, calls[0]!, error)];',
    replace: 'if (calls.length >= 1) return calls.map((call) => failure(tier, call, error));',
    finds: ['a flow fails by itself'],
  },
];
