import { SluiceError } from '../core/errors.ts';

/** List prices of one region, US dollars for one unit; free tiers and volume discounts are left out. */
export interface RegionPrices {
  /** An SQS request of up to 64 KiB to a standard queue. */
  readonly sqsRequest: number;
  /** A Lambda invocation. */
  readonly lambdaRequest: number;
  /** A GiB-second of Lambda on arm64. */
  readonly lambdaGbSecond: number;
  /** A DynamoDB on-demand write unit of 1 KiB. */
  readonly tableWrite: number;
  /** A DynamoDB on-demand read unit of 4 KiB, strongly consistent. */
  readonly tableRead: number;
  /** An S3 request that writes. */
  readonly objectPut: number;
  /** An S3 request that reads. */
  readonly objectGet: number;
  /** A GB kept in S3 for a month. */
  readonly objectGbMonth: number;
  /** A GB put to Firehose directly, each piece of it counted as 5 KB at least. */
  readonly firehoseGb: number;
  /** A GB taken in by CloudWatch Logs. */
  readonly logGb: number;
  /** A state entered in a Step Functions standard workflow. */
  readonly transition: number;
  /** A Step Functions express workflow. */
  readonly expressRequest: number;
  /** A GB-second of a Step Functions express workflow. */
  readonly expressGbSecond: number;
  /** An operation of a Lambda durable function. */
  readonly durableOperation: number;
  /** A GB written by a Lambda durable function. */
  readonly durableGb: number;
}

/** Prices of some regions, as they were read on a day. */
export interface PriceTable {
  /** ISO date on which the prices were read. */
  readonly date: string;
  /** Pages they were read from. */
  readonly sources: readonly string[];
  readonly regions: Readonly<Record<string, RegionPrices>>;
}

/** The price table that comes with sluice. Other regions, and newer prices, come by a file of the same shape. */
export const PRICES: PriceTable = {
  date: '2026-11-22',
  sources: [
    'https://aws.amazon.com/sqs/pricing/',
    'https://aws.amazon.com/lambda/pricing/',
    'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    'https://aws.amazon.com/s3/pricing/',
    'https://aws.amazon.com/cloudwatch/pricing/',
    'https://aws.amazon.com/firehose/pricing/',
    'https://aws.amazon.com/step-functions/pricing/',
  ],
  regions: {
    'us-east-1': {
      sqsRequest: 0.4 / 1e6,
      lambdaRequest: 0.2 / 1e6,
      lambdaGbSecond: 0.000_013_333_4,
      tableWrite: 0.625 / 1e6,
      tableRead: 0.125 / 1e6,
      objectPut: 5 / 1e6,
      objectGet: 0.4 / 1e6,
      objectGbMonth: 0.023,
      firehoseGb: 0.029,
      logGb: 0.5,
      transition: 25 / 1e6,
      expressRequest: 1 / 1e6,
      expressGbSecond: 0.000_016_67,
      durableOperation: 8 / 1e6,
      durableGb: 0.25,
    },
  },
};

/**
 * The prices of a region.
 *
 * @throws SluiceError `option-invalid` where the table does not have it, or has a price that is no amount
 */
export function pricesOf(region: string, table: PriceTable = PRICES): RegionPrices {
  const found = table.regions?.[region];
  if (!found) {
    throw new SluiceError('option-invalid', `the price table of ${table.date} has no region "${region}"`, {
      fix: `It has ${Object.keys(table.regions ?? {}).join(', ') || 'none'}. Give a file with your region's prices: --prices FILE.`,
    });
  }
  for (const name of Object.keys(PRICES.regions['us-east-1']!) as (keyof RegionPrices)[]) {
    const price = found[name];
    if (!Number.isFinite(price) || price < 0) {
      throw new SluiceError(
        'option-invalid',
        `the price "${name}" of region "${region}" is ${JSON.stringify(price) ?? 'missing'}`,
        { fix: 'A price is US dollars for one unit, a number from 0.' },
      );
    }
  }
  return found;
}
