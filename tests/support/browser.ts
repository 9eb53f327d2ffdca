import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright';

/** Debian's Chromium as root, and silent: it calls nobody but the page's own server. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a browser; `flags` are added to those of every test. */
export function startBrowser(flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: [...FLAGS, ...flags],
  });
}

export interface WatchedPage {
  readonly page: Page;
  /** What scripts threw and what the content security policy refused, so far. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

/** Opens a page in a profile of its own: no cookie is shared with another. */
export async function openPage(
  browser: Browser,
  viewport = { width: 1440, height: 900 },
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport, locale: 'en-GB', ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    const text = message.text();
    // Statuses that the API answers on purpose, such as 401, are written there too.
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) faults.push(text);
  });
  return { page, faults, close: () => context.close() };
}
