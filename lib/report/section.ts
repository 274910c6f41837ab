import { type Html, html, type Part } from './html.ts';

/** Where a figure comes from: added up from records, worked out from them, or worked out with what is not in them. */
export type Source = 'counted' | 'computed' | 'estimated';

/** A part of the page: a heading, a sentence that says what there is to see, and the rest. */
export function section(
  id: string,
  heading: string,
  sources: readonly Source[],
  lead: Part,
  ...content: readonly Part[]
): Html {
  const tags = sources.map((source) => html`<span class="tag">${source}</span>`);
  return html`
<section id="${id}"><header><h2>${heading}</h2>${tags}</header><p class="lead">${lead}</p>${content}</section>`;
}

/** A chart drawn for wide screens and for narrow ones: text keeps its size on both. */
export function responsive(draw: (width: number) => Html): Html {
  return html`<figure class="wide">${draw(WIDE)}</figure><figure class="narrow">${draw(NARROW)}</figure>`;
}

const WIDE = 1_032;
const NARROW = 350;

/** Charts beside one another, one for each tier; `names` are their captions. */
export function charts(
  charts: readonly { readonly name: string; readonly note: string; readonly chart: Html }[],
): Html {
  return html`<div class="charts">${charts.map(
    ({ name, note, chart }) =>
      html`<figure><figcaption><b>${name}</b> <span class="soft">${note}</span></figcaption>${chart}</figure>`,
  )}</div>`;
}
