import type { Command } from 'commander';
import type { DeadLetter } from '../core/dead-letter.ts';
import { didYouMean } from '../core/nearest.ts';
import type { Cloud } from '../ports/cloud.ts';
import { loadApplication } from '../runtime/application.ts';
import {
  type DeadLetterFilter,
  type DeadLetterSource,
  deadLetterSources,
  listDeadLetters,
  visitDeadLetters,
} from '../runtime/dead-letters.ts';
import { notFound, wrongUsage } from './failure.ts';
import type { CommonOptions } from './io.ts';
import { openPlace } from './opened.ts';
import { findPlace, placeArguments } from './place.ts';
import { shellText, shown } from './text.ts';

/** What every command on dead letters takes. */
export type DlqOptions = CommonOptions & {
  readonly flow?: string;
  readonly tier?: string;
  readonly reason?: string;
  readonly id?: string;
  readonly dryRun?: true;
  readonly yes?: true;
};

/** Adds the options that choose letters. */
export function withFilter(command: Command): Command {
  return command
    .option('--flow <id>', 'only of this flow')
    .option('--tier <name>', 'only of this tier')
    .option('--reason <code>', 'only with this reason code, such as predict-failed')
    .option('--id <id>', 'only this letter; the beginning of its id is enough');
}

/** The dead letters of the application that the options mean. */
export interface Letters {
  readonly cloud: Cloud;
  readonly sources: readonly DeadLetterSource[];
  readonly filter: DeadLetterFilter;
}

/** Opens an application's dead letters, works with them, and closes them. */
export async function withLetters<T>(options: DlqOptions, work: (letters: Letters) => Promise<T>): Promise<T> {
  const place = await findPlace(options);
  const { graph } = await loadApplication(place.folder);
  const { flow, tier, reason, id } = options;
  const sources = deadLetterSources(graph);
  const names = sources.map((source) => source.tier);
  if (tier !== undefined && !names.includes(tier)) {
    throw notFound('tier', `there is no tier "${tier}"`, `${didYouMean(tier, names)}Tiers: ${names.join(', ')}.`);
  }
  const filter = {
    ...(flow !== undefined && { flow }),
    ...(tier !== undefined && { tier }),
    ...(reason !== undefined && { code: reason }),
  };
  const opened = await openPlace(place, graph);
  const { cloud } = opened;
  try {
    const one = id === undefined ? {} : { id: (await letterNamed(id, { cloud, sources }, placeArguments(options))).id };
    return await work({ cloud, sources, filter: { ...filter, ...one } });
  } finally {
    await opened.close();
  }
}

/** The one letter that an id, or the beginning of one, names. */
export async function letterNamed(
  id: string,
  { cloud, sources }: Pick<Letters, 'cloud' | 'sources'>,
  at: string,
): Promise<DeadLetter> {
  const found = await listDeadLetters(cloud, sources, { id });
  const letter = found.find((one) => one.id === id) ?? found[0];
  if (!letter) throw notFound('dead-letter', `there is no dead letter ${id}`, `See their ids: npx sluice dlq ls${at}`);
  if (found.length === 1 || letter.id === id) return letter;
  throw wrongUsage(`${found.length} dead letters begin with ${id}`, `Write more of it, such as ${letter.id}.`);
}

/** Letters of one tier with one reason code. */
export interface LetterGroup<Letter> {
  readonly tier: string;
  readonly code: string;
  readonly count: number;
  /** The oldest of them, as many as are kept. */
  readonly letters: readonly Letter[];
}

/** Groups letters by tier and reason code while they come. */
export interface Grouping<Letter> {
  add(letter: Letter): void;
  /** The largest group first. */
  groups(): readonly LetterGroup<Letter>[];
}

/** Begins to group letters; of each group the `keep` oldest are kept, so that any number of them fits into memory. */
export function grouping<Letter extends Pick<DeadLetter, 'tier' | 'code' | 'at'>>(keep: number): Grouping<Letter> {
  const byKind = new Map<string, { tier: string; code: string; count: number; letters: Letter[] }>();
  const oldest = (letters: readonly Letter[]): Letter[] => letters.toSorted((a, b) => a.at - b.at).slice(0, keep);
  return {
    add(letter) {
      const { tier, code } = letter;
      const group = byKind.get(`${tier} ${code}`) ?? { tier, code, count: 0, letters: [] };
      byKind.set(`${tier} ${code}`, group);
      group.count += 1;
      group.letters.push(letter);
      if (group.letters.length > 2 * keep) group.letters = oldest(group.letters);
    },
    groups: () =>
      [...byKind.values()]
        .map((group) => ({ ...group, letters: oldest(group.letters) }))
        .sort((a, b) => b.count - a.count),
  };
}

/** A flow that is asked for by name and has no letter is not found; finding nothing in all letters is no fault. */
export function requireLetters(found: number, options: DlqOptions): void {
  if (found > 0 || options.flow === undefined) return;
  const at = placeArguments(options);
  const fix = `It may have been redriven already. See npx sluice dlq ls${at}, and npx sluice flow ${shellText(options.flow)}${at}.`;
  throw notFound('dead-letter', `flow "${options.flow}" has no such dead letter`, fix);
}

/** What to say where no letter is meant: which reasons there are, where one was asked for that none has. */
export async function noneText({ cloud, sources, filter: { code, ...filter } }: Letters): Promise<string> {
  const counts = new Map<string, number>();
  if (code !== undefined) {
    await visitDeadLetters(cloud, sources, filter, (letter) =>
      counts.set(letter.code, (counts.get(letter.code) ?? 0) + 1),
    );
  }
  if (counts.size === 0) return 'no dead letters';
  const others = [...counts].sort(([, a], [, b]) => b - a).map(([other, n]) => `${shown(other)} (${n})`);
  return `no dead letters with reason ${shown(code!)}; there are ${others.join(', ')}`;
}

/** A letter's message as a value, where it is JSON. */
export function messageOf(letter: DeadLetter): unknown {
  try {
    return JSON.parse(letter.body);
  } catch {
    return letter.body;
  }
}
