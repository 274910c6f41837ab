import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { openBrowser } from './report-check/browser.ts';
import { inspect } from './report-check/inspect.ts';
import { saveSmall } from './report-check/save-small.ts';
import { NotServed } from './second-opinions/not-served.ts';

/**
 * Opens a page that `sluice report` wrote in a real browser, from disk and without a network, and looks whether all of it can
 * be seen: on a wide screen and on a phone, light and dark. Without a page it makes one by the demo. What it needs is fetched
 * into `.sluice/` at its first use. `--screenshot FILE` keeps a picture.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { screenshot: { type: 'string' } },
});

const VIEWS = [1_280, 390].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ width, height: 900, colorScheme })),
);

const page = resolve(positionals[0] ?? 'report.html');
if (positionals[0] === undefined) makePage();
if (!existsSync(page)) throw new Error(`there is no page ${page}`);
try {
  process.exitCode = await check(pathToFileURL(page).href);
} catch (error) {
  if (!(error instanceof NotServed)) throw error;
  console.log(`not run: ${error.message}`);
}

/** Returns the exit code. */
async function check(url: string): Promise<number> {
  const browser = await openBrowser();
  try {
    let failures = 0;
    for (const view of VIEWS) {
      const { problems, charts, texts } = await inspect(browser, url, view);
      const name = `${view.width} px, ${view.colorScheme}`;
      console.log(`${name}: ${charts} charts, ${texts} texts in them, ${problems.length} problems`);
      for (const problem of problems) console.log(`  ${problem}`);
      failures += problems.length;
    }
    if (values.screenshot !== undefined) {
      const bytes = await saveSmall(browser, url, values.screenshot);
      console.log(`${values.screenshot}: ${Math.round(bytes / 1_000)} kB`);
    }
    console.log(`${browser.version()}: ${failures === 0 ? 'nothing to complain about' : `${failures} problems`}`);
    return failures === 0 ? 0 : 1;
  } finally {
    await browser.close();
  }
}

function makePage(): void {
  const demo = resolve(import.meta.dirname, '../functions/photos/demo/main.ts');
  const { status } = spawnSync(process.execPath, ['--conditions=sluice-source', demo], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`the demo ended with ${status}`);
}
