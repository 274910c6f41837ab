/** The metric that says how many rates of a cascade have parted from its calibration. */
export const PARTED = 'parted';

/** Who measures it, where a tier's name would stand. */
export const WATCH = 'watch';
