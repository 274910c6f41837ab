import { stripVTControlCharacters } from 'node:util';
import type { DecisionRecord } from '../core/decision.ts';
import { paint } from './io.ts';

/** Decisions counted by tier and kind. */
export interface DecisionCounts {
  add(records: readonly DecisionRecord[]): void;
  /** One line: `thumb 12 accepted 3 escalated · small 2 accepted`. */
  text(): string;
}

/** Counts decisions as they are made. */
export function decisionCounts(): DecisionCounts {
  const tiers = new Map<string, Map<string, number>>();
  return {
    add(records) {
      for (const { tier, decision } of records) {
        if (decision === 'delivered') continue;
        const counts = tiers.get(tier) ?? new Map<string, number>();
        tiers.set(tier, counts.set(decision, (counts.get(decision) ?? 0) + 1));
      }
    },
    text() {
      const parts = [...tiers].map(([tier, counts]) => {
        const numbers = [...counts].map(([decision, n]) =>
          decision === 'failed' ? paint('red', `${n} failed`) : `${n} ${decision}`,
        );
        return `${paint('bold', tier)} ${numbers.join(' ')}`;
      });
      return parts.length === 0 ? 'waits for messages' : parts.join(' · ');
    },
  };
}

/** A line that is written over and over. */
export interface LiveLine {
  /** Prints something above the line. */
  above(print: () => void): void;
  end(): void;
}

const EVERY_MS = 200;
const CLEAR = '\r\x1b[2K';

/** Keeps one line of a terminal up to date; where there is no terminal it prints nothing. */
export function liveLine(text: () => string, stream: NodeJS.WriteStream | undefined): LiveLine {
  if (!stream?.isTTY) return { above: (print) => print(), end: () => undefined };
  const draw = (): void => {
    const line = text();
    const plain = stripVTControlCharacters(line);
    // A line that wraps could not be written over.
    const width = (stream.columns || 80) - 1;
    stream.write(`${CLEAR}${plain.length <= width ? line : plain.slice(0, width)}`);
  };
  const timer = setInterval(draw, EVERY_MS).unref();
  return {
    above(print) {
      stream.write(CLEAR);
      print();
      draw();
    },
    end() {
      clearInterval(timer);
      draw();
      stream.write('\n');
    },
  };
}
