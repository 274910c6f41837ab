import { type Html, html, type Part } from './html.ts';

/** A picture of a size in pixels, with a title and a description for those who do not see it. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly about: string;
}

/** A picture as SVG. Its text keeps its size where it is shown as wide as it is drawn. */
export function picture({ width, height, title, about }: Picture, ...parts: readonly Part[]): Html {
  return html`<svg viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}" height="${round(height)}" role="img" aria-label="${title}. ${about}">${parts}</svg>`;
}

/** Text at a point; `kind` are its classes. */
export function text(x: number, y: number, content: string | Html, kind = '', anchor: Anchor = 'start'): Html {
  return html`<text class="${kind}" x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${content}</text>`;
}

/** Which end of a text stands at its point. */
export type Anchor = 'start' | 'middle' | 'end';

/** A filled stretch; what has no width is not drawn. */
export function box(x: number, y: number, width: number, height: number, kind: string, says?: string): Html {
  if (!(width > 0 && height > 0)) return html``;
  return html`<rect class="${kind}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}">${hint(says)}</rect>`;
}

/** A line along points, or a shape of them. */
export function path(d: string, kind: string, says?: string): Html {
  return html`<path class="${kind}" d="${d}">${hint(says)}</path>`;
}

/** A dot. */
export function dot(x: number, y: number, radius: number, kind: string, says?: string): Html {
  return html`<circle class="${kind}" cx="${round(x)}" cy="${round(y)}" r="${round(radius)}">${hint(says)}</circle>`;
}

/** Shown while the pointer rests on it. */
const hint = (says: string | undefined): Html | undefined =>
  says === undefined ? undefined : html`<title>${says}</title>`;

/** Parts that share a colour by their tier's place: 0 is the first, 1 the last. */
export function shaded(place: number, ...parts: readonly Part[]): Html {
  return html`<g style="--place:${round(place)}">${parts}</g>`;
}

/** A tenth of a pixel is enough, and keeps the page small. */
export const round = (value: number): number => Math.round(value * 10) / 10;

/** Points as the data of a path. */
export const along = (points: readonly (readonly [x: number, y: number])[]): string =>
  points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');

/** About how wide a text is drawn, pixels: on the wide side, as fonts differ. */
export const widthOf = (content: string, size = 12): number => [...content].length * size * 0.6;
