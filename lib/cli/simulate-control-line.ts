import { didYouMean } from '../core/nearest.ts';
import type { Graph } from '../core/plan.ts';
import type { SimulatedControl } from '../testing/index.ts';
import { wrongUsage } from './failure.ts';

const KEYS = ['control', 'value', 'key', 'version', 'deleted', 'restores', 'after'];

/** Reads a line that is a control message, `{"control": "limit", "value": …}`; `undefined` where it is another one. */
export function readControlLine(text: string, { controls }: Graph): SimulatedControl | undefined {
  const line = parsed(text);
  if (line === undefined || !('control' in line)) return undefined;
  const names = (controls?.controls ?? []).map(({ name }) => name);
  const { control } = line;
  if (typeof control !== 'string' || !names.includes(control)) {
    const nearest = typeof control === 'string' ? didYouMean(control, names) : '';
    throw wrongUsage(
      `names no control: ${JSON.stringify(control)}`,
      `${nearest}Controls: ${names.join(', ') || 'none'}.`,
    );
  }
  const unknown = Object.keys(line).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) {
    throw wrongUsage(`has an unknown key "${unknown}"`, `${didYouMean(unknown, KEYS)}Known: ${KEYS.join(', ')}.`);
  }
  return line as unknown as SimulatedControl;
}

/** What is no JSON object is left to whoever reads data. */
function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const line: unknown = JSON.parse(text);
    return typeof line === 'object' && line !== null && !Array.isArray(line) ? { ...line } : undefined;
  } catch {
    return undefined;
  }
}
