import { Agent as HttpAgent, request as httpRequest, type RequestOptions } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import { customEndpoint } from './client-config.ts';

/** The one call of Firehose that is made. */
export interface FirehoseClient {
  /** Puts records on a delivery stream; returns the places of those that it did not take. */
  put(stream: string, records: readonly Buffer[]): Promise<readonly number[]>;
}

const ATTEMPTS = 3;
const BACKOFF_MS = 100;
const TIMEOUT_MS = 10_000;
const AGENTS = { 'http:': new HttpAgent({ keepAlive: true }), 'https:': new Agent({ keepAlive: true }) };

/**
 * Firehose without its SDK client: one call, with the credentials that a function of Lambda has in its environment. It tries
 * three times, as the SDK's clients do.
 */
export function firehoseClient(env: NodeJS.ProcessEnv = process.env): FirehoseClient {
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? 'us-east-1';
  const url = new URL(customEndpoint('FIREHOSE') ?? `https://firehose.${region}.${domainOf(region)}/`);

  const signer = new SignatureV4({
    service: 'firehose',
    region,
    credentials: async () => credentialsIn(env),
    sha256: Hash.bind(undefined, 'sha256'),
    applyChecksum: false,
  });

  async function put(stream: string, records: readonly Buffer[]): Promise<readonly number[]> {
    const body = JSON.stringify({
      DeliveryStreamName: stream,
      Records: records.map((record) => ({ Data: record.toString('base64') })),
    });
    const { protocol, hostname, host, pathname: path } = url;
    const { headers } = await signer.sign({
      method: 'POST',
      protocol,
      hostname,
      path,
      headers: {
        host,
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'Firehose_20150804.PutRecordBatch',
      },
      body,
    });
    const { status, text } = await post(url, headers, body);
    if (status !== 200) throw refusal(status, text);
    const { RequestResponses = [] } = JSON.parse(text) as PutResponse;
    return RequestResponses.flatMap(({ ErrorCode }, place) => (ErrorCode === undefined ? [] : [place]));
  }

  return {
    async put(stream, records) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await put(stream, records);
        } catch (error) {
          if (attempt === ATTEMPTS || (error as { retryable?: boolean }).retryable === false) throw error;
        }
        await sleep(Math.random() * BACKOFF_MS * 2 ** attempt);
      }
    },
  };
}

interface PutResponse {
  readonly RequestResponses?: readonly { readonly ErrorCode?: string }[];
}

interface Response {
  readonly status: number;
  readonly text: string;
}

function post(url: URL, headers: Record<string, string>, body: string): Promise<Response> {
  const secure = url.protocol === 'https:';
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    agent: AGENTS[secure ? 'https:' : 'http:'],
    timeout: TIMEOUT_MS,
  };
  return new Promise((resolve, reject) => {
    const request = (secure ? httpsRequest : httpRequest)(url, options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    request.on('error', reject);
    request.end(body);
  });
}

/** What Firehose says no with; a fault of the request itself does not go away by trying again. */
function refusal(status: number, text: string): Error {
  const { __type = `HTTP ${status}`, message = text.slice(0, 200) } = asObject(text);
  const name = String(__type).replace(/^.*#/, '');
  const retryable = status >= 500 || status === 429 || /Throttl|LimitExceeded/.test(name);
  return Object.assign(new Error(String(message)), { name, retryable });
}

function asObject(text: string): { readonly __type?: unknown; readonly message?: unknown } {
  try {
    return JSON.parse(text) as object;
  } catch {
    return {};
  }
}

function credentialsIn(env: NodeJS.ProcessEnv) {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: token } = env;
  if (!accessKeyId || !secretAccessKey) throw new Error('no credentials in the environment');
  return { accessKeyId, secretAccessKey, ...(token && { sessionToken: token }) };
}

const domainOf = (region: string): string => (region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com');
