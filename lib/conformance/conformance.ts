import type { Check } from './check.ts';
import { objectChecks } from './objects.ts';
import { outsideChecks } from './outside.ts';
import { queueBodies } from './queue-bodies.ts';
import { queueDelivery } from './queue-delivery.ts';
import { queueGroups } from './queue-groups.ts';
import { queueVisibility } from './queue-visibility.ts';
import { tableConditions } from './table-conditions.ts';
import { tableExpiry } from './table-expiry.ts';
import { tableLists } from './table-lists.ts';
import { tableWrites } from './table-writes.ts';

/**
 * The contract of the ports, as checks that any backend must pass: run them with your test runner, or with `runConformance`.
 *
 * @example
 * ```ts
 * import { conformance } from 'sluice/conformance';
 *
 * const table = conformance().filter(({ port }) => port === 'table');
 * console.log(table.some(({ name }) => name === 'loses no update of many at a time')); // true
 * ```
 */
export function conformance(): readonly Check[] {
  return [
    ...queueDelivery,
    ...queueVisibility,
    ...queueGroups,
    ...queueBodies,
    ...tableWrites,
    ...tableConditions,
    ...tableExpiry,
    ...tableLists,
    ...objectChecks,
    ...outsideChecks,
  ];
}
