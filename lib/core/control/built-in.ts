import { MODEL } from './model.ts';
import { THRESHOLD } from './threshold.ts';

/** Not spelt out below: what looks for imports in text would find one. */
const LIBRARY = "'sluice'";

/** How to turn on a control that sluice itself reads; nothing for any other name. */
export function builtInFix(name: string): string | undefined {
  if (name !== THRESHOLD && name !== MODEL) return undefined;
  return `It is built in: a file controls/${name}.ts of one line turns it on: export { ${name} as default } from ${LIBRARY};`;
}
