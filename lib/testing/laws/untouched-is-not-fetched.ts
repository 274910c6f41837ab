import { isOutsider } from '../outsiders.ts';
import type { LawMaker } from './law.ts';

/** An object of a flow is fetched only by a task that touched it. Large messages are not objects of a flow. */
export const untouchedIsNotFetched: LawMaker = () => {
  const touched = new Set<string>();
  return {
    name: 'an untouched object is not fetched',
    hears: {
      touch: ({ by, key }) => void touched.add(`${by} ${key}`),
      get({ by, key }) {
        if (isOutsider(by) || !/^(objects|produced)\//.test(key) || touched.has(`${by} ${key}`)) return undefined;
        return { message: `${by} fetched ${key}, which its task never asked for` };
      },
    },
  };
};
