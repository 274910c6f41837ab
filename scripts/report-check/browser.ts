import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fetchNpm } from '../second-opinions/fetch-npm.ts';
import { chromium } from './chromium.ts';

/** As much of playwright-core as is used here: it is fetched on demand, and its types are not. */
export interface Browser {
  newContext(options: ContextOptions): Promise<Context>;
  version(): string;
  close(): Promise<void>;
}

export interface ContextOptions {
  readonly viewport: { readonly width: number; readonly height: number };
  readonly colorScheme: 'light' | 'dark';
  readonly offline: true;
  readonly deviceScaleFactor?: number;
}

export interface Context {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}

export interface Page {
  on(event: 'console', listener: (message: { type(): string; text(): string }) => void): void;
  on(event: 'pageerror', listener: (error: Error) => void): void;
  on(event: 'request', listener: (request: { url(): string }) => void): void;
  goto(url: string): Promise<unknown>;
  evaluate<T>(work: () => T): Promise<T>;
  screenshot(options: { readonly fullPage: true }): Promise<Buffer>;
}

interface Playwright {
  readonly chromium: {
    launch(options: {
      readonly executablePath: string;
      readonly args: readonly string[];
      readonly env: NodeJS.ProcessEnv;
    }): Promise<Browser>;
  };
}

const VERSION = '1.65.1';

/** A headless browser. @throws NotServed where none can be had here */
export async function openBrowser(): Promise<Browser> {
  const { executablePath, env } = chromium();
  const folder = fetchNpm('playwright-core', VERSION);
  const { chromium: launcher } = (await import(pathToFileURL(join(folder, 'index.mjs')).href)) as Playwright;
  // A sandbox of its own needs rights that containers seldom give; the page is one that this project wrote.
  return launcher.launch({ executablePath, args: ['--no-sandbox', '--hide-scrollbars'], env });
}
