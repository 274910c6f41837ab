import { type ErrorCode, type ErrorPlace, isSluiceError, SluiceError, toError } from '../core/errors.ts';

/** What was being done when the SDK threw. */
export interface AwsCall extends ErrorPlace {
  /** The code of the port's failures. */
  readonly code: Extract<
    ErrorCode,
    'queue-failed' | 'table-failed' | 'object-failed' | 'log-failed' | 'log-unreadable'
  >;
  /** Such as `sending to the queue small`. */
  readonly doing: string;
}

const THROTTLED =
  /Throttl|SlowDown|TooManyRequests|ProvisionedThroughputExceeded|RequestLimitExceeded|LimitExceededException|BandwidthLimit|PriorRequestNotComplete/i;
const NO_QUEUE = /QueueDoesNotExist|NonExistentQueue|QueueDeletedRecently/;
const CREDENTIALS =
  /CredentialsProviderError|TokenProviderError|ExpiredToken|RequestExpired|UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|InvalidSignature|SignatureDoesNotMatch|MissingAuthenticationToken|IncompleteSignature/;
const DENIED = /AccessDenied|NotAuthorized|Forbidden|AllAccessDisabled|KMS|Kms/;
const WRONG_REGION = /PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraint/;
const NO_RESOURCE = /ResourceNotFound|NoSuchBucket/;
const UNREACHABLE = /ECONNREFUSED|ENOTFOUND|ECONNRESET|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|TimeoutError/;

/** The name AWS gave an error, without the namespaces that some endpoints put before or behind it. */
export function errorName(thrown: unknown): string {
  const { name, code, Code } = (thrown ?? {}) as { name?: unknown; code?: unknown; Code?: unknown };
  const own = [name, Code, code].find((one) => typeof one === 'string' && one !== 'Error' && one !== 'AggregateError');
  return String(own ?? '').replace(/^.*[#.](?=\w+$)/, '');
}

/**
 * Whatever the SDK threw, as the error that says what to do. Nothing of it is the flow's fault, so nothing of it sends a
 * flow to the dead-letter queue; what is the flow's fault, such as its size, is told apart before.
 */
export function awsError(thrown: unknown, { code, doing, ...place }: AwsCall): SluiceError {
  const cause = toError(thrown);
  if (isSluiceError(cause)) return cause;
  const name = errorName(cause);
  const found = diagnosis(`${name} ${(cause as { code?: unknown }).code ?? ''}`, cause.message);
  const status = (cause as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return new SluiceError(found?.code ?? code, `${doing} failed: ${found?.problem ?? describe(name, cause)}`, {
    ...place,
    ...(found && { fix: found.fix }),
    cause,
    details: { name, ...(status !== undefined && { status }) },
    retry: 'always',
  });
}

/** True where the service asks for fewer calls. */
export function isThrottled(name: string): boolean {
  return THROTTLED.test(name);
}

/** True where the caller's rights, not what it sent, are the reason. */
export function isDenied(name: string): boolean {
  return DENIED.test(name) || CREDENTIALS.test(name);
}

interface Diagnosis {
  readonly problem: string;
  readonly fix: string;
  readonly code?: ErrorCode;
}

function diagnosis(name: string, message: string): Diagnosis | undefined {
  if (THROTTLED.test(name)) {
    return {
      problem: `AWS throttles (${name.trim()})`,
      fix: 'Try again later, as a tier does by itself; lower maxConcurrency or ask for a higher quota.',
    };
  }
  if (NO_QUEUE.test(name)) {
    return {
      code: 'queue-unknown',
      problem: 'the queue does not exist, or was deleted',
      fix: 'Deploy the application again, and see that account and region are those of the deployment.',
    };
  }
  if (CREDENTIALS.test(name) || /credential/i.test(message)) {
    return {
      problem: `AWS takes no credentials from here (${message})`,
      fix: 'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; renew them where they have expired.',
    };
  }
  if (/Region is missing/i.test(message)) {
    return { problem: 'no AWS region is set', fix: 'Set AWS_REGION to the region of the deployment.' };
  }
  if (WRONG_REGION.test(name)) {
    return {
      problem: `it lies in another region (${message})`,
      fix: 'Set AWS_REGION to the region of the deployment.',
    };
  }
  if (NO_RESOURCE.test(name)) {
    return {
      problem: `it does not exist here (${message})`,
      fix: 'Deploy the application, and see that AWS_REGION and account are right.',
    };
  }
  if (UNREACHABLE.test(name)) {
    return {
      problem: `AWS cannot be reached (${message || name.trim()})`,
      fix: 'See that the network is up, AWS_REGION names a region, and AWS_ENDPOINT_URL, where it is set, a running server.',
    };
  }
  if (DENIED.test(name)) {
    return {
      problem: `it is not allowed (${message})`,
      fix: "Allow the action in the function's role, and the use of its KMS key where there is one.",
    };
  }
  return undefined;
}

function describe(name: string, cause: Error): string {
  return name && !cause.message.includes(name) ? `${cause.message} (${name})` : cause.message;
}
