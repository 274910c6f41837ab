import { controlHistory } from './control-history.ts';
import type { LawMaker } from './law.ts';

/** The version of a key rises with each write of it, and no instance that has seen one is told a lower one again. */
export const controlsNeverGoBack: LawMaker = () => {
  const history = controlHistory();
  /** The highest version that an instance was told of a key. */
  const seen = new Map<string, number>();
  return {
    name: 'the version of a control never goes back',
    hears: {
      write(fact) {
        const now = history.hear(fact);
        if (!now) return undefined;
        const [, control = '', key = ''] = /^control#([^#]+)#([\s\S]+)$/.exec(fact.update.key) ?? [];
        const before = history.of(control, key).at(-2);
        if (!before || now.version > before.version) return undefined;
        return { message: `${fact.by} wrote version ${now.version} of ${control} over version ${before.version}` };
      },
      find({ by, control, key, version }) {
        // Where nothing is set, or is not any more, there is no version to go back from.
        if (key === undefined || !version) return undefined;
        const place = `${by} ${control}#${key}`;
        const before = seen.get(place) ?? 0;
        seen.set(place, Math.max(before, version));
        if (version >= before) return undefined;
        return { message: `${by} went back from version ${before} of ${control} to version ${version} for ${key}` };
      },
    },
  };
};
