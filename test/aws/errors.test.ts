import { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { awsCloud } from '../../lib/aws/cloud.ts';
import { awsError } from '../../lib/aws/errors.ts';

const call = { code: 'table-failed', doing: 'writing the flow table t' } as const;
const mapped = (name: string, message = 'words of AWS') => awsError(Object.assign(new Error(message), { name }), call);

describe('errors of AWS', () => {
  test.each([
    ['ProvisionedThroughputExceededException', 'table-failed', 'throttles'],
    ['ThrottlingException', 'table-failed', 'throttles'],
    ['SlowDown', 'table-failed', 'throttles'],
    ['RequestThrottled', 'table-failed', 'throttles'],
    ['QueueDoesNotExist', 'queue-unknown', 'does not exist'],
    ['AWS.SimpleQueueService.NonExistentQueue', 'queue-unknown', 'does not exist'],
    ['ResourceNotFoundException', 'table-failed', 'does not exist here'],
    ['NoSuchBucket', 'table-failed', 'does not exist here'],
    ['CredentialsProviderError', 'table-failed', 'no credentials'],
    ['ExpiredTokenException', 'table-failed', 'no credentials'],
    ['UnrecognizedClientException', 'table-failed', 'no credentials'],
    ['AccessDeniedException', 'table-failed', 'not allowed'],
    ['PermanentRedirect', 'table-failed', 'another region'],
    ['TimeoutError', 'table-failed', 'cannot be reached'],
  ])('%s', (name, code, says) => {
    const error = mapped(name);
    expect(error).toMatchObject({ code, retry: 'always', fix: expect.stringMatching(/\.$/) });
    expect(error.problem).toContain('writing the flow table t failed');
    expect(error.problem).toContain(says);
    expect(error.cause).toMatchObject({ message: 'words of AWS' });
  });

  test('what is not known is said as AWS said it', () => {
    expect(mapped('InternalServerError').problem).toBe(
      'writing the flow table t failed: words of AWS (InternalServerError)',
    );
    expect(mapped('Error', 'Region is missing').fix).toContain('AWS_REGION');
    expect(awsError('just a text', call)).toMatchObject({ code: 'table-failed', retry: 'always' });
  });

  test('an error of sluice stays what it is', () => {
    const error = mapped('SlowDown');
    expect(awsError(error, call)).toBe(error);
  });

  test('a server that is not there is named', async () => {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const sqs = new SQSClient({ endpoint: 'http://127.0.0.1:1', region: 'us-east-1', credentials, maxAttempts: 1 });
    const queue = awsCloud({ queues: { small: 'http://127.0.0.1:1/0/small' }, clients: { sqs } }).queue('small');
    const [error] = await queue.send([{ body: '{}' }]);
    expect(error).toMatchObject({ code: 'queue-failed', problem: expect.stringContaining('cannot be reached') });
    expect(error!.message).toContain('AWS_ENDPOINT_URL');
  });
});
