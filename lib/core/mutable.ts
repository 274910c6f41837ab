/** A type while its values are being made. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };
