/** One request as the server saw it. */
export interface LoggedRequest {
  /** Such as `SendMessageBatch`. */
  readonly operation: string;
  /** Messages of a batch; 1 where the request is none. */
  readonly entries: number;
}

/** An event of CloudTrail, as far as it is read. */
interface TrailEvent {
  readonly EventId: string;
  readonly EventName: string;
  /** Seconds since the epoch. */
  readonly EventTime: number;
  /** JSON; holds the parameters of the request where they came as JSON. */
  readonly CloudTrailEvent: string;
}

/** Makes MiniStack keep a log of its requests, in its CloudTrail. */
export async function recordRequests(endpoint: string): Promise<void> {
  const body = JSON.stringify({ 'cloudtrail._recording_enabled': 'true' });
  const { applied } = await json(fetch(`${endpoint}/_ministack/config`, { method: 'POST', body }));
  if (!applied) throw new Error('the server keeps no log of its requests');
}

/**
 * The requests of an account, oldest first, as CloudTrail has them. An access key of twelve digits is an account of its own to
 * MiniStack, so that what else runs does not count.
 */
export async function requestsOf(endpoint: string, account: string): Promise<readonly LoggedRequest[]> {
  const found = new Map<string, TrailEvent>();
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const page = await lookUp(endpoint, account, before);
    const known = found.size;
    for (const event of page) found.set(event.EventId, event);
    if (found.size === known) break;
    before = Math.min(...page.map(({ EventTime }) => EventTime));
  }
  return [...found.values()].reverse().map(({ EventName, CloudTrailEvent }) => {
    const { requestParameters } = JSON.parse(CloudTrailEvent) as { requestParameters?: { Entries?: unknown[] } };
    return { operation: EventName, entries: requestParameters?.Entries?.length ?? 1 };
  });
}

/** The latest events up to a moment; one call tells fifty. */
async function lookUp(endpoint: string, account: string, before: number): Promise<readonly TrailEvent[]> {
  const scope = `${account}/20260101/us-east-1/cloudtrail/aws4_request`;
  const answer = fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'CloudTrail_20131101.LookupEvents',
      // Nobody checks the signature; the key names the account.
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify({ EndTime: before }),
  });
  return (await json(answer)).Events as readonly TrailEvent[];
}

async function json(answer: Promise<Response>): Promise<Record<string, unknown>> {
  return (await (await answer).json()) as Record<string, unknown>;
}
