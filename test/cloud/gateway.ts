import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a gateway answers instead of the server behind it. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Decides about one operation: an answer of its own, the end of the gateway, or nothing, which lets it through. */
export type Interception = (operation: string) => Answer | 'die before' | 'die after' | undefined;

/** A server between the SDK and AWS that can be told to misbehave. */
export interface Gateway {
  readonly url: string;
  /** From now on. */
  intercept(interception: Interception): void;
  /** Lets everything through again, on the port it had. */
  heal(): Promise<void>;
  /** Refuses connections, and cuts those it has. */
  down(): Promise<void>;
}

/** Starts one on a free port of this machine. */
export async function startGateway(target: string): Promise<Gateway> {
  let interception: Interception = () => undefined;
  const server = createServer((incoming, outgoing) => {
    const decided = interception(operationOf(incoming));
    if (typeof decided === 'object') return refuse(incoming, outgoing, decided);
    if (decided === 'die before') return void down();
    forward(target, incoming, outgoing, decided === 'die after' ? () => void down() : undefined);
  });
  const listen = (port: number): Promise<void> => new Promise((done) => server.listen(port, '127.0.0.1', done));
  const down = async (): Promise<void> => {
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    intercept(next) {
      interception = next;
    },
    async heal() {
      interception = () => undefined;
      if (!server.listening) await listen(port);
    },
    down,
  };
}

/** Such as `SendMessageBatch`, or `PUT` of an object. */
function operationOf({ headers, method = '' }: IncomingMessage): string {
  const target = headers['x-amz-target'];
  return typeof target === 'string' ? target.slice(target.indexOf('.') + 1) : method;
}

function refuse(incoming: IncomingMessage, outgoing: ServerResponse, { status, type, body }: Answer): void {
  incoming.resume().once('end', () => outgoing.writeHead(status, { 'content-type': type }).end(body));
}

function forward(
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  instead: (() => void) | undefined,
): void {
  const { method, url, headers } = incoming;
  const onward = request(new URL(url ?? '/', target), { method, headers }, (answer) => {
    if (instead) return void answer.resume().once('end', instead);
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.once('error', () => outgoing.destroy());
  incoming.pipe(onward);
}
