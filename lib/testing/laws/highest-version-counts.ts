import { isDeepStrictEqual } from 'node:util';
import type { ControlDefinition } from '../../core/control/definition.ts';
import { toControlState } from '../../core/control/item.ts';
import { controlKey, EVERY_KEY } from '../../core/control/keys.ts';
import type { ControlMessage } from '../../core/control/message.ts';
import { isOutsider } from '../outsiders.ts';
import { controlHistory } from './control-history.ts';
import type { LawMaker } from './law.ts';

/** In whatever order control messages come: in the end the highest version of each key counts, and every message is decided on. */
export const highestVersionCounts: LawMaker = ({ controls }) => {
  const definitions = new Map((controls?.controls ?? []).map((one) => [one.name, one]));
  const history = controlHistory();
  const sent = new Map<string, ControlMessage>();
  const decided = new Set<string>();
  /** Messages that came to nothing: refused, or given up by their queue. */
  const refused = new Set<string>();
  return {
    name: 'the highest version of a control counts',
    hears: {
      send({ by, message: { id, kind, envelope } }) {
        if (isOutsider(by) && kind === 'control' && envelope?.control) sent.set(id, envelope.control);
        return undefined;
      },
      write(fact) {
        const now = history.hear(fact);
        const { restores, id = '' } = (now && toControlState(fact.item)?.current) ?? {};
        if (!now || restores === undefined) return undefined;
        const name = sent.get(id)?.name ?? '';
        const old = history
          .of(name, fact.update.key.slice(controlKey(name, '').length))
          .find((one) => one.version === restores);
        if (old?.isDeleted === now.isDeleted && isDeepStrictEqual(old.value, now.value)) return undefined;
        return { message: `${fact.by} restored version ${restores} of ${name} as something else` };
      },
      'give up': ({ message }) => void refused.add(message.id),
      forget: ({ message }) => void refused.add(message.id),
      log({ record: { tier, decision, in: from } }) {
        if (tier !== controls?.name || decision === 'retried') return undefined;
        for (const { id } of from) {
          // One that is redriven may count after all.
          if (decision === 'failed') refused.add(id);
          else refused.delete(id);
          decided.add(id);
        }
        return undefined;
      },
    },
    end(world) {
      const lost = [...sent.keys()]
        .filter((id) => !decided.has(id) && !refused.has(id))
        .map((id) => ({ message: `what became of the control message ${id} is in no record` }));
      const highest = new Map<string, ControlMessage[]>();
      for (const [id, message] of sent) {
        const key = refused.has(id) ? undefined : itemKeyOf(definitions.get(message.name), message);
        const known = key === undefined ? undefined : highest.get(key);
        const than = known?.[0]?.version ?? 0;
        if (key !== undefined && message.version > than) highest.set(key, [message]);
        else if (message.version === than) known?.push(message);
      }
      const behind = [...highest].flatMap(([key, [first, ...others]]) => {
        const now = toControlState(world.table.items.get(key))?.current;
        const { version, value, name } = first!;
        if (now?.version !== version)
          return [{ message: `${key} is at version ${now?.version}, and version ${version} was sent` }];
        // Of two messages under one version the first to come counts.
        const isSaid = value === undefined || others.length > 0 || definitions.get(name)?.reduce !== undefined;
        return isSaid || isDeepStrictEqual(now.value, value)
          ? []
          : [{ message: `${key} has another value than version ${version} brought` }];
      });
      return [...lost, ...behind];
    },
  };
};

function itemKeyOf(
  definition: ControlDefinition | undefined,
  { name, key, value }: ControlMessage,
): string | undefined {
  if (!definition) return undefined;
  try {
    const named = key ?? (value !== undefined && definition.keyBy ? definition.keyBy(value) : EVERY_KEY);
    return controlKey(name, named);
  } catch {
    return undefined; // It was refused for that.
  }
}
