import { isCount, requireOption } from '../lib/core/options.ts';
import type { TierOverrides } from './settings.ts';

/** Numbers that CDK lets pass and the deployment would fail on. @throws SluiceError `option-invalid` */
export function checkNumbers(what: string, { memorySize, batchSize, pollers = {} }: TierOverrides): void {
  const within = (option: string, value: number | undefined, least: number, most: number, unit: string): void =>
    requireOption(isCount(value ?? least, least, most), what, option, value, `${unit} ${rangeOf(least, most)}`);
  within('memorySize', memorySize, 128, 10_240, 'MiB');
  within('batchSize', batchSize, 1, 10_000, 'a whole number');
  // Lambda developer guide, provisioned mode of SQS event sources.
  const { minimum, maximum } = pollers;
  within('pollers.minimum', minimum, 2, 10_000, 'a whole number');
  within('pollers.maximum', maximum, minimum ?? 2, 10_000, 'a whole number');
}

const rangeOf = (least: number, most: number): string =>
  `from ${least.toLocaleString('en')} to ${most.toLocaleString('en')}`;
