import type { Application } from 'sluice/local';

/** The application with every prediction kept in the decision log, which is more than one would keep in production. */
export function capturing(application: Application): Application {
  const tiers = application.graph.tiers.map((plan) => ({ ...plan, tier: { ...plan.tier, capture: 1 } }));
  return { ...application, graph: { ...application.graph, tiers } };
}
