import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call that reached the stub. */
export interface StubCall {
  /** As in `AmazonSQS.SendMessageBatch`, or the method and path of S3. */
  readonly target: string;
  readonly body: string;
}

/** A server on this machine that answers SQS, DynamoDB and S3 as if all went well. */
export interface Stub {
  readonly url: string;
  readonly calls: StubCall[];
  /** Bytes that S3 hands out, by key. */
  readonly objects: Map<string, Uint8Array>;
  close(): Promise<void>;
}

/** Starts one on a free port. */
export async function startStub(): Promise<Stub> {
  const calls: StubCall[] = [];
  const objects = new Map<string, Uint8Array>();
  const server = createServer(async (request, response) => {
    const bytes = await read(request);
    const target = String(request.headers['x-amz-target'] ?? `${request.method} ${request.url}`);
    const body = bytes.toString();
    calls.push({ target, body });
    if (request.headers['x-amz-target'] === undefined) {
      const object = objects.get(decodeURIComponent(request.url!.split('?')[0]!.split('/').slice(2).join('/')));
      response.writeHead(request.method === 'GET' && !object ? 404 : 200).end(object);
    } else {
      response.setHeader('content-type', 'application/x-amz-json-1.0').end(JSON.stringify(answer(target, body)));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, calls, objects, close: () => close(server) };
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function answer(target: string, body: string): object {
  const input = JSON.parse(body) as {
    readonly Entries?: readonly { readonly Id: string; readonly MessageBody?: string }[];
    readonly UpdateExpression?: string;
    readonly ExpressionAttributeNames?: Record<string, string>;
    readonly ExpressionAttributeValues?: Record<string, unknown>;
  };
  if (!target.endsWith('.UpdateItem')) {
    const Successful = (input.Entries ?? []).map(({ Id, MessageBody = '' }) => ({
      Id,
      MessageId: Id,
      MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
    }));
    return { Successful, Failed: [] };
  }
  const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = input;
  const sets = (input.UpdateExpression ?? '').matchAll(/(#\w+) = (?:if_not_exists\(#\w+, )?(:\w+)/g);
  return { Attributes: Object.fromEntries([...sets].map(([, name, value]) => [names[name!], values[value!]])) };
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** What a function's environment says where the stub stands in for AWS. */
export function stubEnvironment({ url }: Stub): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    PATH: process.env.PATH ?? '',
  };
}
