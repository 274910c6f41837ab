/** Markup; what text became part of it is escaped. */
export interface Html {
  readonly markup: string;
}

/** What a template takes: text and numbers are escaped, markup is not, and what is absent leaves nothing behind. */
export type Part = Html | string | number | false | undefined | readonly Part[];

/** Markup from a template, for HTML and SVG alike. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { markup: strings.reduce((all, string, i) => all + markupOf(parts[i - 1]) + string) };
}

function markupOf(part: Part): string {
  if (part === undefined || part === false) return '';
  if (typeof part === 'string' || typeof part === 'number') return escapeText(String(part));
  return 'markup' in part ? part.markup : part.map(markupOf).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What turns the direction of text around or cannot be seen. */
const UNSEEN = /[\p{Cc}\p{Cs}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** Text that came from a log as a page can only show it, in elements and in quoted attributes. */
function escapeText(text: string): string {
  return text
    .replace(UNSEEN, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(/[&<>"']/g, (c) => ENTITIES[c]!);
}
