import { writeFileSync } from 'node:fs';
import type { Browser } from './browser.ts';

/** Keeps a picture of the whole page, light and on a wide screen; returns its bytes. */
export async function saveSmall(browser: Browser, url: string, file: string): Promise<number> {
  const viewport = { width: 1_180, height: 900 };
  const context = await browser.newContext({ viewport, colorScheme: 'light', offline: true });
  try {
    const page = await context.newPage();
    await page.goto(url);
    const png = await page.screenshot({ fullPage: true });
    writeFileSync(file, png);
    return png.length;
  } finally {
    await context.close();
  }
}
