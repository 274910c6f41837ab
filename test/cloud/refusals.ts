import type { Answer } from './gateway.ts';

/** How AWS says that it is asked too often, in the words of each service. */
export const THROTTLED = {
  SQS: json('com.amazonaws.sqs#RequestThrottled', 'Request is throttled.', 400),
  DynamoDB: json(
    'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
    'The level of configured provisioned throughput for the table was exceeded.',
    400,
  ),
  S3: xml('SlowDown', 'Please reduce your request rate.', 503),
} as const;

function json(type: string, message: string, status: number): Answer {
  return { status, type: 'application/x-amz-json-1.0', body: JSON.stringify({ __type: type, message }) };
}

function xml(code: string, message: string, status: number): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, type: 'application/xml', body };
}
