import { requireOption } from '../options.ts';
import type { ControlRefs } from './types.ts';

/** Checks what a tier names under `controls`. */
export function checkControls(controls: ControlRefs | undefined, what: string): void {
  for (const [name, ref] of Object.entries(controls ?? {})) {
    const isRef = (ref as { kind?: unknown } | null)?.kind === 'control-ref';
    requireOption(isRef, what, `controls.${name}`, ref, "control<typeof import('./controls/…')>('…')");
  }
}
