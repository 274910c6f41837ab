import type { Measurement } from './metrics.ts';

/** The CloudWatch namespace of every metric, where a deployment has none of its own. */
export const NAMESPACE = 'sluice';
/** The environment variable of a function that names another one. */
export const METRIC_NAMESPACE = 'SLUICE_METRICS';
/** CloudWatch reads at most 100 values of one metric in one line (embedded metric format specification). */
const MAX_VALUES = 100;

/** What metrics are told apart by. */
export interface Dimensions {
  readonly application: string;
  readonly tier: string;
  /** Version of the control `model`, where one chose the model. */
  readonly model?: string;
}

/** Measurements as lines in the embedded metric format, which CloudWatch makes metrics of. */
export function emfLines(
  dimensions: Dimensions,
  measurements: readonly Measurement[],
  now: number,
  namespace: string = NAMESPACE,
): readonly string[] {
  const lines: string[] = [];
  for (let left = [...byName(measurements)]; left.length > 0; ) {
    const metrics = left.map(([Name, { unit: Unit }]) => ({ Name, Unit }));
    const values = left.map(([name, { values }]) => [name, values.slice(0, MAX_VALUES)] as const);
    lines.push(
      JSON.stringify({
        _aws: {
          Timestamp: now,
          CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [Object.keys(dimensions)], Metrics: metrics }],
        },
        ...dimensions,
        ...Object.fromEntries(values.map(([name, some]) => [name, some.length === 1 ? some[0] : some])),
      }),
    );
    left = left.flatMap(([name, { unit, values }]) =>
      values.length > MAX_VALUES ? [[name, { unit, values: values.slice(MAX_VALUES) }] as const] : [],
    );
  }
  return lines;
}

function byName(measurements: readonly Measurement[]): Map<string, { unit: Measurement['unit']; values: number[] }> {
  const named = new Map<string, { unit: Measurement['unit']; values: number[] }>();
  for (const { name, unit, value } of measurements) {
    const known = named.get(name);
    if (known) known.values.push(value);
    else named.set(name, { unit, values: [value] });
  }
  return named;
}
