import { type Html, html } from './html.ts';
import { round } from './svg.ts';

/** A bar with its name and its figure. */
export interface Bar {
  readonly name: string;
  readonly figure: string;
  readonly note?: string;
  /** Parts of its length, shares of the longest bar; each with a class. */
  readonly parts: readonly { readonly share: number; readonly kind: string; readonly says: string }[];
  /** Colour of a tier, 0 to 1. */
  readonly place?: number;
}

/** Bars one below the other: text, so that it wraps and keeps its size on any screen. */
export function bars(all: readonly Bar[]): Html {
  return html`<ul class="bars">${all.map(
    ({ name, figure, note, parts, place }) => html`
<li${place !== undefined && html` style="--place:${round(place)}"`}><span class="bar-name">${name}</span><span class="bar-track">${parts.map(
      ({ share, kind, says }) =>
        share > 0 &&
        html`<span class="${kind}" style="width:${round(100 * Math.min(1, share))}%" title="${says}"></span>`,
    )}</span><span class="bar-figure">${figure}</span>${note !== undefined && html`<span class="bar-note">${note}</span>`}</li>`,
  )}</ul>`;
}
