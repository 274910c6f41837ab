import { isDeepStrictEqual } from 'node:util';
import { SluiceError } from '../core/errors.ts';
import type { ControlPlan, Graph, QueueSpec, TierPlan } from '../core/plan.ts';

/** Two graphs of one application: while it is deployed, some processes run one and some the other. */
export interface Deployment {
  readonly before: Graph;
  readonly after: Graph;
  /** What all processes run once it is over. */
  readonly stays: Graph;
  /** Processes of the other one are ended then. */
  readonly endsOther: boolean;
  /** It is over before faults are. */
  readonly isTakenBack: boolean;
  /** Every queue, tier and control of either; what is in both as it is in the one that stays. */
  readonly whole: Graph;
}

/** A deployment that changes nothing but versions, and is taken back. */
export function underOtherVersions(before: Graph): Deployment {
  const next = (version: string): string => `${version}-next`;
  const { destination, controls } = before;
  const after: Graph = {
    ...before,
    tiers: before.tiers.map((plan) => ({ ...plan, version: next(plan.version) })),
    destination: destination && { ...destination, version: next(destination.version) },
    ...(controls && { controls: { ...controls, version: next(controls.version) } }),
  };
  return { before, after, stays: before, endsOther: false, isTakenBack: false, whole: before };
}

/**
 * A deployment of another graph, or one that is taken back halfway: what only the other graph reads is then worked off by it.
 * Tiers that it leaves as they are have one plan in both.
 *
 * @throws SluiceError `option-invalid` where it takes a queue away, whatever lies in it
 */
export function deploymentTo(before: Graph, changed: Graph, isTakenBack = false): Deployment {
  const after: Graph = { ...changed, tiers: changed.tiers.map((plan) => unlessChanged(before, plan)) };
  const names = new Set(after.queues.map(({ name }) => name));
  const gone = before.queues.find(({ name }) => !names.has(name));
  if (gone) {
    throw new SluiceError('option-invalid', `next has no queue ${gone.name}: its messages would be deleted with it`, {
      fix: 'Keep whoever reads it; of a tier that is to go say retired: true.',
    });
  }
  if (before.destination?.destination.name !== after.destination?.destination.name) {
    throw new SluiceError('option-invalid', 'next has another destination', {
      fix: 'Keep its name; what it does may be another thing.',
    });
  }
  const [stays, goes] = isTakenBack ? [before, after] : [after, before];
  const queues = after.queues.map((queue) => widest(before, queue));
  const tiers = [...stays.tiers, ...goes.tiers.filter(({ tier }) => !planIn(stays, tier.name))];
  const controls = bothControls(goes.controls, stays.controls);
  const whole = { ...stays, tiers, queues, ...(controls && { controls }) };
  return { before, after, stays, endsOther: true, isTakenBack, whole };
}

/** The plan as it was, where it is the same: a version names a tier's file, and what comes after it is no part of that. */
function unlessChanged(before: Graph, plan: TierPlan): TierPlan {
  const old = planIn(before, plan.tier.name);
  const isSame = old && (old.tier === plan.tier || (old.version === plan.version && plan.tier.version === undefined));
  if (!isSame) return plan;
  const bare = ({ tier: _, file: __, application: ___, ...rest }: TierPlan): object => rest;
  return isDeepStrictEqual(bare(old), bare(plan)) ? old : plan;
}

/** A queue holds what it is given for as long as either graph needs. */
function widest(before: Graph, queue: QueueSpec): QueueSpec {
  const old = before.queues.find(({ name }) => name === queue.name);
  if (!old) return queue;
  const receives = Math.max(old.maxReceives ?? 0, queue.maxReceives ?? 0);
  return {
    ...queue,
    visibilityMs: Math.max(old.visibilityMs, queue.visibilityMs),
    retentionMs: Math.max(old.retentionMs, queue.retentionMs),
    ...(receives > 0 && { maxReceives: receives }),
  };
}

function bothControls(goes: ControlPlan | undefined, stays: ControlPlan | undefined): ControlPlan | undefined {
  if (!goes || !stays) return stays ?? goes;
  const names = stays.controls.map(({ name }) => name);
  return { ...stays, controls: [...stays.controls, ...goes.controls.filter(({ name }) => !names.includes(name))] };
}

export function planIn({ tiers }: Graph, name: string): TierPlan | undefined {
  return tiers.find(({ tier }) => tier.name === name);
}
