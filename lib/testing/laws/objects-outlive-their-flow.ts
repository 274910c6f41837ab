import type { LawMaker } from './law.ts';

/** No object is deleted before the answer of its flow has been sent. */
export const objectsOutliveTheirFlow: LawMaker = () => {
  const answered = new Set<string>();
  return {
    name: 'objects outlive their flow',
    hears: {
      send: ({ message }) =>
        message.kind === 'answer' && message.flow !== null ? void answered.add(message.flow) : undefined,
      remove({ by, key }) {
        const encoded = /^objects\/([^/]+)\//.exec(key)?.[1];
        const flow = encoded === undefined ? undefined : decodeURIComponent(encoded);
        if (flow === undefined || by === 'client' || answered.has(flow)) return undefined;
        return { flow, message: `${by} deleted ${key} before the flow was answered` };
      },
    },
  };
};
