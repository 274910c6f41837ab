import type { MessageFacts } from './facts.ts';

/** Which flows were worked on by two versions of a tier: an output id depends on the version, as docs/delivery.md says. */
export interface MixedVersions {
  hear(message: MessageFacts): void;
  isMixed(flow: string | null): boolean;
}

export function mixedVersions(): MixedVersions {
  const versions = new Map<string, string>();
  const mixed = new Set<string>();
  return {
    hear({ flow, envelope }) {
      if (flow === null || !envelope) return;
      const by = `${envelope.from.name} ${flow}`;
      const known = versions.get(by);
      if (known === undefined) versions.set(by, envelope.from.version);
      else if (known !== envelope.from.version) mixed.add(flow);
    },
    isMixed: (flow) => flow !== null && mixed.has(flow),
  };
}
