/** An element of a page, as far as tests look at it. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (Element | string)[];
}

const VOID = new Set(['meta', 'link', 'br', 'hr', 'img', 'input']);
const RAW = new Set(['style', 'script']);
const TAG = /^<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*>/;
const ATTRIBUTE = /([\w:-]+)="([^"]*)"/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/**
 * Parses a page that is written as strictly as this project writes its own: every element is closed, every attribute quoted and
 * every special character of text escaped. Throws at anything else.
 */
export function parsePage(page: string): Element {
  const root = { name: '', attributes: {}, children: [] as (Element | string)[] };
  const open = [root];
  let rest = page.replace(/^<!doctype html>\s*/, '');
  while (rest !== '') {
    const [tag, slash, name = '', attributes = ''] = TAG.exec(rest) ?? [];
    const here = open.at(-1)!;
    if (tag === undefined) {
      const text = /^[^<]+/.exec(rest)?.[0];
      if (text === undefined) throw new Error(`no tag: ${rest.slice(0, 80)}`);
      here.children.push(unescaped(text, RAW.has(here.name)));
      rest = rest.slice(text.length);
      continue;
    }
    rest = rest.slice(tag.length);
    if (slash === '/') {
      if (here.name !== name) throw new Error(`</${name}> closes <${here.name}> before: ${rest.slice(0, 80)}`);
      open.pop();
      continue;
    }
    const found = [...attributes.matchAll(ATTRIBUTE)].map(
      ([, key, value]) => [key!, unescaped(value!, false)] as const,
    );
    const element = { name, attributes: Object.fromEntries(found), children: [] };
    here.children.push(element);
    if (!VOID.has(name)) open.push(element);
  }
  if (open.length !== 1) throw new Error(`<${open.at(-1)!.name}> is never closed`);
  return root;
}

function unescaped(text: string, isRaw: boolean): string {
  if (isRaw) return text;
  const stray = /&(?!(?:amp|lt|gt|quot|#39);)/.exec(text);
  if (stray) throw new Error(`not escaped: ${text.slice(stray.index, stray.index + 40)}`);
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES[name]!);
}

/** All elements of a name, however deep. */
export function all(element: Element, name: string): readonly Element[] {
  return element.children.flatMap((child) =>
    typeof child === 'string' ? [] : [...(child.name === name ? [child] : []), ...all(child, name)],
  );
}

/** The text in an element, without what is in its charts' hints. */
export function textOf(element: Element): string {
  return element.children
    .map((child) =>
      typeof child === 'string' ? child : child.name === 'title' || child.name === 'style' ? '' : textOf(child),
    )
    .join('');
}

/** The rows of the table that stands behind a chart, as text; the first one are its headings. */
export function tableOf(page: Element, name: string): readonly (readonly string[])[] {
  const details = all(page, 'details').find((one) => textOf(all(one, 'summary')[0]!) === `Figures: ${name}`);
  if (!details) throw new Error(`no table "${name}"`);
  return all(details, 'tr').map((row) =>
    row.children.flatMap((cell) => (typeof cell === 'string' ? [] : [textOf(cell)])),
  );
}
