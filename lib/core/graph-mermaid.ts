import { acceptText } from './graph-print.ts';
import { ANSWERS, type Graph, type TierPlan } from './plan.ts';

/** The application as a Mermaid flowchart. */
export function printMermaid(graph: Graph): string {
  const lines = ['flowchart TD'];
  for (const plan of graph.tiers) lines.push(...mermaidTier(plan));
  lines.push(`  ${ANSWERS}[/"${ANSWERS}"/]`);
  if (graph.destination) lines.push(`  ${ANSWERS} --> destination(["${graph.destination.destination.name}"])`);
  return `${lines.join('\n')}\n`;
}

function mermaidTier(plan: TierPlan): readonly string[] {
  const { name, satisfied, exhausted, joins, retired } = plan.tier;
  const id = mermaidId(name);
  const lines = [`  ${id}{{"λ ${name}${retired ? ', retired' : ''}"}}`, `  q_${id}[/"${name}"/] --> ${id}`];
  if (plan.mode === 'entry') lines.push(`  data_${id}(["data"]) --> q_${id}`);
  if (joins) {
    const stream = `q_${id}_${mermaidId(joins.stream.name)}`;
    lines.push(`  data_${id}(["data"]) --> ${stream}[/"${name}.${joins.stream.name}"/] --> ${id}`);
  }
  lines.push(`  ${id} -- "${acceptText(plan)}" --> ${ANSWERS}`);
  if (plan.next) {
    const brings = plan.next.joins ? 'signal' : 'signal and data';
    lines.push(`  ${id} -- "score < ${satisfied?.atLeast}: ${brings}" --> q_${mermaidId(plan.next.name)}`);
  } else if (satisfied && exhausted !== 'accept') {
    lines.push(`  ${id} -- "score < ${satisfied.atLeast}" --> dlq_${id}[/"${plan.deadLetters}"/]`);
  }
  return lines;
}

// Mermaid reads `end` and `x-` in ids as its own words.
const mermaidId = (name: string): string => `t_${name.replaceAll('-', '_')}`;
