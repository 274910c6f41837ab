/** A count in a few characters: 950, 12.3 k, 4.1 M. */
export function count(value: number): string {
  if (value >= 1e9) return `${short(value / 1e9)} G`;
  if (value >= 1e6) return `${short(value / 1e6)} M`;
  if (value >= 10_000) return `${short(value / 1e3)} k`;
  return value >= 100 || Number.isInteger(value) ? Math.round(value).toLocaleString('en') : value.toFixed(1);
}

/** A time in the unit that suits it. */
export function time(seconds: number | undefined): string {
  if (seconds === undefined) return '–';
  if (seconds < 0.9995) return `${(seconds * 1_000).toFixed(0)} ms`;
  return seconds < 90 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`;
}

/** Dollars, with cents where they matter. */
export function dollars(value: number): string {
  return `$${value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2)}`;
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}
