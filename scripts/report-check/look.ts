/** What a page looks like, and what is wrong with it. */
export interface Look {
  readonly charts: number;
  readonly texts: number;
  readonly problems: readonly string[];
}

/** As much of a browser's page as is looked at; the project has no types of it. */
interface Shape {
  readonly textContent: string;
  getBoundingClientRect(): { left: number; right: number; top: number; bottom: number; width: number; height: number };
  getAttribute(name: string): string | null;
  querySelectorAll(selector: string): Iterable<Shape>;
}

/** Runs in the page, so it may use nothing from outside itself. */
export function look(): Look {
  const { document, innerWidth } = globalThis as unknown as {
    document: Shape & { documentElement: { scrollWidth: number } };
    innerWidth: number;
  };
  const problems: string[] = [];
  const isShown = (shape: Shape): boolean => shape.getBoundingClientRect().width > 0;
  const charts = [...document.querySelectorAll('svg')].filter(isShown);
  let texts = 0;
  if (document.documentElement.scrollWidth > innerWidth) {
    problems.push(`the page is ${document.documentElement.scrollWidth} px wide`);
  }
  for (const chart of charts) {
    const name = (chart.getAttribute('aria-label') ?? '').slice(0, 40);
    const frame = chart.getBoundingClientRect();
    if (frame.width < 100 || frame.height < 60) problems.push(`${name}: is ${frame.width} × ${frame.height} px`);
    const placed = [...chart.querySelectorAll('text')].map((text) => ({
      says: text.textContent,
      at: text.getBoundingClientRect(),
    }));
    texts += placed.length;
    if (placed.length === 0) problems.push(`${name}: has no text`);
    placed.forEach(({ says, at }, i) => {
      if (at.height < 10) problems.push(`${name}: “${says}” is ${at.height.toFixed(1)} px high`);
      if (at.left < -1 || at.right > innerWidth + 1) problems.push(`${name}: “${says}” is cut off`);
      if (at.top < frame.top - 2 || at.bottom > frame.bottom + 2) problems.push(`${name}: “${says}” is outside`);
      for (const other of placed.slice(i + 1)) {
        const across = Math.min(at.right, other.at.right) - Math.max(at.left, other.at.left);
        const down = Math.min(at.bottom, other.at.bottom) - Math.max(at.top, other.at.top);
        // Lines of a font are taller than its letters.
        if (across > 1 && down > 4) problems.push(`${name}: “${says}” lies on “${other.says}”`);
      }
    });
  }
  if (charts.length === 0) problems.push('the page has no chart');
  return { charts: charts.length, texts, problems };
}
