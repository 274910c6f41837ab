/** What every SDK client is made with. */
export interface ClientConfig {
  readonly retryMode: 'adaptive';
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
 * The configuration of an SDK client: it slows down when the service throttles, reuses connections, and gives up on dead
 * ones. Region, credentials and endpoint (`AWS_ENDPOINT_URL`) are the SDK's to find.
 */
export function clientConfig(): ClientConfig {
  const agent = { keepAlive: true, maxSockets: MAX_SOCKETS } as const;
  return {
    retryMode: 'adaptive',
    maxAttempts: 4,
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
export function customEndpoint(service: 'SQS' | 'DYNAMODB' | 'S3'): string | undefined {
  return process.env[`AWS_ENDPOINT_URL_${service}`] ?? process.env.AWS_ENDPOINT_URL;
}
