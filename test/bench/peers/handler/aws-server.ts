import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

/** SQS and DynamoDB as far as the handlers call them, in memory, over HTTP: run as a process of its own, so that its time is not theirs. */
const items = new Map<string, unknown>();
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

interface Asked {
  readonly MessageBody?: string;
  readonly Entries?: readonly { readonly Id: string; readonly MessageBody: string }[];
  readonly Item?: Readonly<Record<string, unknown>>;
  readonly Key?: Readonly<Record<string, unknown>>;
  readonly ConditionExpression?: string;
}

function answer(action: string, asked: Asked): { readonly status: number; readonly body: unknown } {
  const ok = (body: unknown) => ({ status: 200, body });
  switch (action) {
    case 'AmazonSQS.SendMessage':
      return ok({ MessageId: 'm', MD5OfMessageBody: md5(asked.MessageBody!) });
    case 'AmazonSQS.SendMessageBatch':
      return ok({
        Successful: asked.Entries!.map(({ Id, MessageBody }) => ({
          Id,
          MessageId: Id,
          MD5OfMessageBody: md5(MessageBody),
        })),
        Failed: [],
      });
    case 'DynamoDB_20120810.PutItem': {
      const key = JSON.stringify(asked.Item!.id);
      if (items.has(key)) return { status: 400, body: { __type: 'ConditionalCheckFailedException' } };
      if (items.size > 100_000) items.clear();
      items.set(key, asked.Item);
      return ok({});
    }
    case 'DynamoDB_20120810.UpdateItem':
      return ok({ Attributes: asked.Key });
    case 'DynamoDB_20120810.GetItem':
      return ok({ Item: items.get(JSON.stringify(asked.Key!.id)) });
    default:
      return { status: 400, body: { __type: `UnknownOperation ${action}` } };
  }
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const asked = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Asked;
    const { status, body } = answer(String(request.headers['x-amz-target']), asked);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) process.stdout.write(`${address.port}\n`);
});
process.on('disconnect', () => process.exit());
