import type { DecisionRecord } from '../decision.ts';

/** What became of flows at one tier. Each flow counts once, however often its messages were decided on. */
export interface TierFlows {
  readonly answered: number;
  readonly escalated: number;
  /** By a gate, a pace, or for want of a control. */
  readonly dropped: number;
  readonly expired: number;
  /** Those that were redriven and decided on since are not among them. */
  readonly deadLettered: number;
  /** Messages that clients sent to it: data at a first tier, and data that is to meet signals. */
  readonly sent: number;
}

/** Takes the records of one tier, those of a flow in the order of time. Memory grows with its dead letters alone. */
export interface TierFlowCounter {
  add(record: DecisionRecord): void;
  flows(): TierFlows;
}

/** Decisions on messages that came alone; a prediction on two halves that met is one on the signal. */
interface Side {
  answered: number;
  escalated: number;
  dropped: number;
  expired: number;
  /** Flows whose dead letter nobody has redriven yet. */
  readonly failed: Set<string>;
  parked: number;
  /** Halves that expired alone. */
  alone: number;
}

const newSide = (): Side => ({
  answered: 0,
  escalated: 0,
  dropped: 0,
  expired: 0,
  failed: new Set(),
  parked: 0,
  alone: 0,
});

export function tierFlowCounter(): TierFlowCounter {
  const data = newSide();
  const signal = newSide();
  let signals = false;
  return {
    add(record) {
      const { flow, in: inputs } = record;
      if (flow === null || !isOfFlow(flow, record)) return;
      const hasData = inputs.some(({ kind }) => kind === 'data');
      const hasSignal = inputs.some(({ kind }) => kind === 'signal');
      signals ||= hasSignal || record.decision === 'parked';
      const side = hasData && !hasSignal ? data : signal;
      count(side, flow, record);
      if (!endsTry(record)) return;
      if (hasData) data.failed.delete(flow);
      if (side === signal) signal.failed.delete(flow);
    },
    flows() {
      // Where signals come, a flow ends as its signal does: data whose signal never comes was answered before, or is lost there.
      const ends = signals ? [signal] : [data, signal];
      const sum = (of: (side: Side) => number): number => ends.reduce((all, side) => all + of(side), 0);
      return {
        answered: sum((side) => side.answered),
        escalated: sum((side) => side.escalated),
        dropped: sum((side) => side.dropped),
        expired: sum((side) => side.expired),
        deadLettered: sum((side) => side.failed.size),
        sent: data.dropped + data.failed.size + (signals ? halvesOf(data, signal) : workedOf(data)),
      };
    },
  };
}

/** Whether records tell of a control under this name, and of no flow of data. */
export const isControl = (flow: string): boolean => flow.startsWith('control#');

/** Controls, data worked again for one, and answers on their way to the destination end no flow. */
function isOfFlow(flow: string, { in: inputs }: DecisionRecord): boolean {
  return !isControl(flow) && !inputs.some(({ kind }) => kind === 'control' || kind === 'answer');
}

function count(side: Side, flow: string, { decision, until, in: inputs, shadow }: DecisionRecord): void {
  if (decision === 'parked') side.parked += 1;
  if (decision === 'expired' && inputs.length === 1) side.alone += 1;
  // Its flow ended where it was answered.
  if (shadow) return;
  switch (decision) {
    case 'accepted':
      side.answered += 1;
      break;
    case 'escalated':
      side.escalated += 1;
      break;
    case 'dropped':
      side.dropped += 1;
      break;
    case 'throttled':
      if (until === undefined) side.dropped += 1;
      break;
    case 'expired':
      side.expired += 1;
      break;
    case 'failed':
      side.failed.add(flow);
  }
}

/** Whether what failed here before has been redriven, and decided on. */
function endsTry({ decision, until }: DecisionRecord): boolean {
  switch (decision) {
    case 'accepted':
    case 'escalated':
    case 'audited':
    case 'dropped':
    case 'expired':
      return true;
    default:
      return decision === 'throttled' && until === undefined;
  }
}

const workedOf = ({ answered, escalated, expired }: Side): number => answered + escalated + expired;

/** Data that came first was parked; where the signal was, its data came second, or never. */
const halvesOf = (data: Side, signal: Side): number => data.parked + Math.max(0, signal.parked - signal.alone);
