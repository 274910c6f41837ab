import { binomialCdf } from './binomial.ts';
import { type Columns, RIGHT, UNKNOWN } from './columns.ts';
import { type Diagnosis, percent } from './diagnosis.ts';

/** Flows on which just one of two tiers is right. */
interface Duel {
  flows: number;
  won: number;
  lost: number;
}

/**
 * Whether escalating pays where a tier is unsure: its next tier must be better there, and more so than where the tier is
 * sure. Confidence cannot tell what a specialist is good at (Jitkrittum et al. 2023).
 */
export function diagnoseNext(columns: Columns, tier: number): readonly Diagnosis[] {
  const next = tier + 1;
  // Compared with the last tier's own answers it is always right.
  if (columns.reference === 'last' && next === columns.tiers.length - 1) return [];
  const { unsure, sure } = duels(columns, tier);
  const [name, nextName] = [columns.tiers[tier]!, columns.tiers[next]!];
  const gain = ({ won, lost, flows }: Duel): number => (won - lost) / flows;
  const text = ({ won, lost, flows }: Duel): string => `right alone on ${won} of ${flows}, wrong alone on ${lost}`;
  if (unsure.flows === 0 || sure.flows === 0) return [];
  if (!isBetter(unsure)) {
    const message = `${nextName} is not clearly better where ${name} is less sure than usual: ${text(unsure)}`;
    return [{ code: 'next-not-better', tier: name, message }];
  }
  if (isBetter(sure) && gain(sure) >= gain(unsure)) {
    const message = `${nextName} gains as much where ${name} is sure (${percent(gain(sure))}) as where it is not (${percent(gain(unsure))}): a specialist, which a score cannot call`;
    return [{ code: 'next-is-specialist', tier: name, message }];
  }
  return [];
}

/** One case in a hundred, if both tiers were equally good. */
const isBetter = ({ won, lost }: Duel): boolean => binomialCdf(lost, won + lost, 0.5) < 0.01;

function duels(columns: Columns, tier: number): { readonly unsure: Duel; readonly sure: Duel } {
  const [own, other] = [columns.right[tier]!, columns.right[tier + 1]!];
  const isKnown = (flow: number): boolean => own[flow] !== UNKNOWN && other[flow] !== UNKNOWN;
  const scores = columns.scores[tier]!.filter((score, flow) => isKnown(flow) && !Number.isNaN(score)).sort();
  const middle = scores[scores.length >>> 1] ?? 0;
  const unsure: Duel = { flows: 0, won: 0, lost: 0 };
  const sure: Duel = { flows: 0, won: 0, lost: 0 };
  for (let flow = 0; flow < columns.flows; flow++) {
    if (!isKnown(flow)) continue;
    const duel = columns.scores[tier]![flow]! < middle ? unsure : sure;
    duel.flows++;
    if (own[flow] === other[flow]) continue;
    if (other[flow] === RIGHT) duel.won++;
    else duel.lost++;
  }
  return { unsure, sure };
}
