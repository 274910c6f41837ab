import { tier } from 'sluice';

/** Loaded late, yet it needs what is loaded from the start. */
export const hello = `hello ${typeof tier}`;
