import type { Browser } from './browser.ts';
import { type Look, look } from './look.ts';

/** How a page is looked at. */
export interface View {
  readonly width: number;
  readonly height: number;
  readonly colorScheme: 'light' | 'dark';
}

/** Opens a page, and lists what is wrong with it. */
export async function inspect(browser: Browser, url: string, { width, height, colorScheme }: View): Promise<Look> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, offline: true });
  try {
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('console', (message) => problems.push(`console ${message.type()}: ${message.text()}`));
    page.on('pageerror', ({ message }) => problems.push(`error: ${message}`));
    page.on('request', (request) => {
      if (request.url() !== url && !request.url().startsWith('data:')) problems.push(`request: ${request.url()}`);
    });
    await page.goto(url);
    const seen = await page.evaluate(look);
    return { ...seen, problems: [...problems, ...seen.problems] };
  } finally {
    await context.close();
  }
}
