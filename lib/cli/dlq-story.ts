import type { DeadLetter } from '../core/dead-letter.ts';
import type { DecisionRecord } from '../core/decision.ts';
import { isSluiceError, type SluiceError } from '../core/errors.ts';
import type { Cloud } from '../ports/cloud.ts';
import { flowText } from './flow-story.ts';
import { shellText, shown } from './text.ts';

/** What the decision log knows of a letter's flow, or why it cannot be asked. */
export type Story = readonly DecisionRecord[] | SluiceError;

/** Asks the decision log about a letter's flow. */
export async function storyOf(cloud: Pick<Cloud, 'decisions'>, { flow }: DeadLetter): Promise<Story> {
  if (flow === null) return [];
  try {
    return await cloud.decisions.flow(flow);
  } catch (error) {
    // A deployed log is read elsewhere, and its error says where.
    if (isSluiceError(error)) return error;
    throw error;
  }
}

/** The story in text, or why there is none; `placeOptions` lead the command it names to the same place. */
export function storyText({ id, flow }: DeadLetter, story: Story, placeOptions: string): string {
  if (flow === null) {
    const one = `--id ${shellText(id)}${placeOptions}`;
    const purge = `or delete it for good: npx sluice dlq purge ${one}`;
    return `It names no flow, so there is no story to tell.\n\nRedrive it: npx sluice dlq redrive ${one}\n${purge}`;
  }
  const redrive = `Redrive it: npx sluice dlq redrive --flow ${shellText(flow)}${placeOptions}`;
  if (!Array.isArray(story)) {
    const { problem, fix } = story as SluiceError;
    return `Its story is not told here: ${problem}.\n  → ${shown(fix ?? '')}\n\n${redrive}`;
  }
  if (story.length === 0) return `The decision log does not know its flow.\n\n${redrive}`;
  return flowText(flow, story, placeOptions);
}
