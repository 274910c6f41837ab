/** What every SDK client is made with. */
export interface ClientConfig {
  readonly retryMode: 'standard';
  readonly maxAttempts: number;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
    readonly httpAgent: { readonly keepAlive: true; readonly maxSockets: number };
    readonly httpsAgent: { readonly keepAlive: true; readonly maxSockets: number };
  };
}

const CONNECT_MS = 3_000;
/** Longer than SQS waits for a message, so that only a dead connection runs into it. */
const REQUEST_MS = 30_000;
const MAX_SOCKETS = 64;

/**
 * The configuration of an SDK client: it tries again for a few seconds, reuses connections, and gives up on dead ones.
 * Region, credentials and endpoint (`AWS_ENDPOINT_URL`) are the SDK's to find.
 */
export function clientConfig(): ClientConfig {
  const agent = { keepAlive: true, maxSockets: MAX_SOCKETS } as const;
  return {
    // The adaptive mode slows all calls of a client down together, so that one busy queue holds up every other, and a
    // throttled batch takes longer than its function may. What these attempts do not get done, the queue tries again.
    retryMode: 'standard',
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: REQUEST_MS,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  };
}

/** The endpoint that stands in for AWS, where the environment names one: an emulator's. */
export function customEndpoint(service: 'SQS' | 'DYNAMODB' | 'S3' | 'FIREHOSE'): string | undefined {
  return process.env[`AWS_ENDPOINT_URL_${service}`] ?? process.env.AWS_ENDPOINT_URL;
}
