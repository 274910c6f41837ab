/** Shares of answers that must agree with the last model's. */
export const TARGETS = [0.95, 0.97, 0.98, 0.99];
/** The chance that is taken that a promise does not hold. */
export const DELTA = 0.05;
