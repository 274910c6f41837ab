import type { DecisionRecord } from '../../lib/core/decision.ts';

/** Metrics as a function wrote them for CloudWatch, in the embedded metric format. */
export interface MetricLine {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly [
      { readonly Namespace: string; readonly Dimensions: readonly (readonly string[])[] },
    ];
  };
  readonly [name: string]: unknown;
}

/** What functions wrote to their log groups. */
export interface FunctionLines {
  readonly decisions: readonly DecisionRecord[];
  readonly metrics: readonly MetricLine[];
}

/** Reads the log groups of a stack, asking an emulator as the API is asked: it looks at no signature. */
export async function functionLines(endpoint: string, stack: string): Promise<FunctionLines> {
  const { logGroups } = await ask<{ logGroups: { logGroupName: string }[] }>(endpoint, 'DescribeLogGroups', {});
  const names = logGroups.map(({ logGroupName }) => logGroupName).filter((name) => name.includes(stack));
  const events = await Promise.all(names.map((logGroupName) => eventsOf(endpoint, logGroupName)));
  const lines = events.flat().flatMap(parsed);
  return {
    decisions: lines.filter((line) => line.sluice === 'decision') as unknown as readonly DecisionRecord[],
    metrics: lines.filter((line) => '_aws' in line) as unknown as readonly MetricLine[],
  };
}

interface Events {
  readonly events: readonly { readonly message: string }[];
  readonly nextToken?: string;
}

async function eventsOf(endpoint: string, logGroupName: string): Promise<readonly string[]> {
  const lines: string[] = [];
  let nextToken: string | undefined;
  do {
    const found: Events = await ask(endpoint, 'FilterLogEvents', { logGroupName, ...(nextToken && { nextToken }) });
    lines.push(...found.events.map(({ message }) => message));
    nextToken = found.nextToken;
  } while (nextToken !== undefined);
  return lines;
}

async function ask<T>(endpoint: string, operation: string, body: object): Promise<T> {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/logs/aws4_request, SignedHeaders=, Signature=';
  const headers = {
    'x-amz-target': `Logs_20140328.${operation}`,
    'content-type': 'application/x-amz-json-1.1',
    authorization,
  };
  const answer = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${operation}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

function parsed(line: string): readonly Readonly<Record<string, unknown>>[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? [value as Record<string, unknown>] : [];
  } catch {
    return [];
  }
}
