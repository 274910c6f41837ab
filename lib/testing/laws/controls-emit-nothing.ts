import type { LawMaker } from './law.ts';

/** The function that applies control messages sends nothing but their dead letters, and what asks a tier to work data again. */
export const controlsEmitNothing: LawMaker = (_, runs) => ({
  name: 'a control emits nothing',
  hears: {
    send({ by, queue, message: { kind, envelope } }) {
      const { controls } = runs.graphOf(by);
      if (!controls || !by.startsWith(`${controls.name}#`) || queue === controls.deadLetters) return undefined;
      if (envelope?.again && queue === controls.reads[0]!.queue) return undefined;
      if (envelope?.again && controls.again?.[envelope.again.control]?.some((tier) => tier.queue === queue))
        return undefined;
      return { message: `${by} sent ${kind} to ${queue}` };
    },
  },
});
