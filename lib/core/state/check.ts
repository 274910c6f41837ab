import { isPromise } from '../json.ts';
import { isCount, rejectUnknownKeys, requireOption } from '../options.ts';
import { isSchema, validate } from '../schema.ts';
import type { StateDefinition } from './types.ts';

/** Checks a tier's `state`. */
export function checkState(state: StateDefinition | undefined, what: string): void {
  if (state === undefined) return;
  rejectUnknownKeys(state, ['schema', 'initial', 'keyBy', 'remember'], `state of ${what}`);
  const { schema, initial, keyBy, remember } = state;
  requireOption(isSchema(schema), what, 'state.schema', schema, 'a schema (zod, valibot, arktype, …)');
  requireOption(typeof keyBy === 'function', what, 'state.keyBy', keyBy, 'a function of { data } that returns a text');
  requireOption(isCount(remember ?? 1, 1, 1_000), what, 'state.remember', remember, 'a whole number from 1 to 1,000');
  const checked = validate(schema, initial);
  if (isPromise(checked) || 'value' in checked) return;
  requireOption(false, what, 'state.initial', initial, `a value that fits the schema: ${checked.problem}`);
}
