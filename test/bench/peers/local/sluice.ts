import { fileURLToPath } from 'node:url';
import { connect } from '../../../../lib/index.ts';
import { loadApplication, openCloud, startCascade } from '../../../../lib/local/index.ts';
import type { OpenEngine } from './engine.ts';

/** The embedded cloud, with a decision log of everything it does. */
export const openSluice: OpenEngine = async ({ dir = ':memory:', onAnswer }) => {
  const cloud = await openCloud({ dir });
  await startCascade({
    application: await loadApplication(fileURLToPath(new URL('./application', import.meta.url))),
    cloud,
    onAnswer: ({ output }) => onAnswer((output as { readonly n: number }).n),
  });
  const client = connect<typeof import('./application/cheap.ts')>('cheap', { cloud });
  return {
    async send(flows) {
      for (const { error } of await client.sendBatch(flows.map((data) => ({ data })))) if (error) throw error;
    },
    async deadLettered() {
      return (await cloud.queue('cheap.dlq').depth()).ready;
    },
  };
};
