import type { Fact } from './facts.ts';

/** What happened as text, one line each; to one flow, and to the processes that had it in hand, where it is named. */
export function traceText(facts: readonly Fact[], flow?: string): string {
  const start = facts[0]?.at ?? 0;
  const story = flow === undefined ? facts : storyOf(facts, flow);
  return story.map((fact) => `${timeText(fact.at - start)}  ${fact.by.padEnd(14)} ${factText(fact)}`).join('\n');
}

/** Facts about one flow, faults and deaths of processes while they worked on it, and what was set of the controls it asked for. */
function storyOf(facts: readonly Fact[], flow: string): readonly Fact[] {
  const at = new Set<string>();
  const had = new Set(facts.flatMap((fact) => (receives(fact, flow) ? [fact.by] : [])));
  const asked = new Set(
    facts.flatMap((fact) => (fact.did === 'told' && fact.flow === flow ? [`control#${fact.control}#`] : [])),
  );
  return facts.filter((fact) => {
    if (fact.did === 'receive') {
      const mine = receives(fact, flow);
      if (mine) at.add(fact.by);
      else at.delete(fact.by);
      return mine;
    }
    if (fact.did === 'write' && isShared(fact.update.key))
      return at.has(fact.by) || [...asked].some((control) => fact.update.key.startsWith(control));
    if (fact.did === 'crash' || fact.did === 'fail' || fact.did === 'clock') return at.has(fact.by);
    if (fact.did === 'fault') return fact.kind === 'outage';
    if (fact.did === 'run next') return had.has(fact.by);
    if (fact.did === 'take back') return true;
    return flowsIn(fact).includes(flow);
  });
}

const receives = (fact: Fact, flow: string): boolean =>
  fact.did === 'receive' && fact.messages.some((message) => message.flow === flow);

/** Items that are no flow's own. */
const isShared = (key: string): boolean => /^(control|state)#/.test(key);

/** The flows that a fact is about. */
function flowsIn(fact: Fact): readonly (string | null)[] {
  switch (fact.did) {
    case 'send':
    case 'delete':
    case 'hide':
    case 'give up':
    case 'forget':
      return [fact.message.flow];
    case 'write':
      return [flowOfKey(fact.update.key)];
    case 'expire':
      return [flowOfKey(fact.key)];
    case 'put':
    case 'get':
    case 'remove':
      return [decodeURIComponent(fact.key.split('/')[1] ?? '')];
    case 'touch':
    case 'predict':
    case 'told':
    case 'miss':
    case 'gate':
    case 'answer':
      return [fact.flow];
    case 'log':
      return [fact.record.flow];
    default:
      return [];
  }
}

const flowOfKey = (key: string): string | null => /^(?:(?:join|once)#[^#]+|reply)#([\s\S]*)$/.exec(key)?.[1] ?? null;

/** Minutes, seconds and milliseconds; days and hours where there are any. */
function timeText(ms: number): string {
  const two = (n: number, digits = 2): string => String(Math.floor(n)).padStart(digits, '0');
  const days = Math.floor(ms / 86_400_000);
  const clock = `${two((ms / 3_600_000) % 24)}:${two((ms / 60_000) % 60)}:${two((ms / 1_000) % 60)}.${two(ms % 1_000, 3)}`;
  return days > 0 ? `${days}d ${clock}` : `+ ${clock}`;
}

function factText(fact: Fact): string {
  switch (fact.did) {
    case 'send':
      return `sends ${fact.message.kind} ${short(fact.message.id)} to ${fact.queue}${late(fact.visibleAt - fact.at)}`;
    case 'receive':
      return `receives ${fact.messages.map((m) => `${m.kind} ${short(m.id)} of ${m.flow}${m.receives > 1 ? ` (time ${m.receives})` : ''}`).join(', ')} from ${fact.queue}`;
    case 'delete':
      return `deletes ${short(fact.message.id)} from ${fact.queue}`;
    case 'hide':
      return `hides ${short(fact.message.id)} in ${fact.queue} for ${Math.round(fact.ms)} ms`;
    case 'give up':
      return `gives up ${short(fact.message.id)}: received too often`;
    case 'forget':
      return `forgets ${short(fact.message.id)}: older than the retention time`;
    case 'write':
      return `writes ${fact.update.key}${fact.applied ? '' : ': refused'} ${JSON.stringify(short(fact.item))}`;
    case 'expire':
      return `deletes ${fact.key}: expired`;
    case 'put':
      return `puts ${fact.key}${fact.found ? ' over other bytes' : ''}`;
    case 'get':
      return `gets ${fact.key}${fact.found ? '' : ': not there'}`;
    case 'remove':
      return `removes ${fact.key}`;
    case 'touch':
      return `touches ${fact.key}`;
    case 'predict':
      return `predicts${fact.state ? ` with state ${fact.state.version} of ${fact.state.key}` : ''}`;
    case 'find':
      return `finds ${fact.version === undefined ? 'nothing' : `version ${fact.version}`} for ${fact.asked} in ${fact.control}`;
    case 'told':
      return `is told ${fact.version === undefined ? 'nothing' : `version ${fact.version}`} of ${fact.control} for ${fact.asked}`;
    case 'miss':
      return `cannot predict without a control (${fact.policy})`;
    case 'gate':
      return `asks its ${fact.gate} gate`;
    case 'answer':
      return `takes answer ${short(fact.id)} of ${fact.tier}: ${JSON.stringify(fact.output)}`;
    case 'log':
      return `logs ${fact.record.decision}${fact.record.reason === undefined ? '' : `: ${fact.record.reason.split('\n')[0]}`}`;
    case 'run next':
      return 'begins, with the next version';
    case 'take back':
      return 'takes the next version back';
    case 'crash':
      return `dies: ${fact.why}`;
    case 'clock':
      return `has a clock that is ${Math.abs(fact.aheadMs)} ms ${fact.aheadMs < 0 ? 'behind' : 'ahead'} now`;
    case 'fail':
      return `throws: ${fact.error.message}`;
    case 'fault':
      return `${fact.kind} at ${fact.place}`;
    case 'heal':
      return 'heals: no faults from here on';
  }
}

const late = (ms: number): string => (ms > 0 ? `, to be seen in ${Math.round(ms)} ms` : '');

/** Ids by their first digits, halves by their ids. */
function short<T>(value: T): T | string | object {
  if (typeof value === 'string') return value.length === 36 ? value.slice(0, 8) : value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      typeof part === 'object' && part !== null && 'id' in part ? short(part.id) : short(part),
    ]),
  );
}
