/** `npm run screenshots`: every page of the console, in both widths, themes and languages, with sample data. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright';
import { withProgress } from '../../core/src/cli/progress.mjs';
import { openPage, startBrowser } from '../support/browser.ts';
import { openConsole } from '../support/console.ts';
import { type Demo, startDemo } from '../support/demo.ts';

const FOLDER = fileURLToPath(new URL('../../screenshots/', import.meta.url));

const LOCALES = ['en-GB', 'zh-CN'] as const;
const SCHEMES = ['light', 'dark'] as const;
const WIDTHS = [1440, 390] as const;
const HEIGHT = 900;

const pagesOf = ({ agentTrace, thread }: Demo): Readonly<Record<string, string>> => ({
  overview: '/',
  playground: '/playground/',
  traces: '/traces/',
  'traces-threads': '/traces/?tab=threads',
  'traces-calls': '/traces/?tab=calls',
  trace: `/traces/view/?id=${agentTrace}`,
  'trace-conversation': `/traces/view/?id=${agentTrace}&tab=conversation`,
  'trace-changes': `/traces/view/?id=${agentTrace}&tab=changes`,
  'trace-raw': `/traces/view/?id=${agentTrace}&tab=raw`,
  'trace-headers': `/traces/view/?id=${agentTrace}&tab=headers`,
  'trace-routing': `/traces/view/?id=${agentTrace}&tab=routing`,
  thread: `/traces/thread/?id=${thread}`,
  upstreams: '/upstreams/',
  aliases: '/upstreams/?tab=aliases',
  hooks: '/upstreams/?tab=hooks',
  keys: '/keys/',
  settings: '/settings/',
});

/** Takes a picture of a page as soon as nothing on it is being loaded. */
async function capture(page: Page, path: string): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.locator('[role=status][aria-busy=true]').first().waitFor({ state: 'detached' });
  // As high as the page, or bars that stay in sight would lie across it.
  const height = await page.evaluate<number>('document.documentElement.scrollHeight');
  const width = page.viewportSize()?.width ?? 0;
  await page.setViewportSize({ width, height: Math.max(height, HEIGHT) });
  await page.screenshot({ path, animations: 'disabled' });
  await page.setViewportSize({ width, height: HEIGHT });
}

async function captureAll(browser: Browser, demo: Demo, tell: (detail: string) => void): Promise<void> {
  let count = 0;
  for (const locale of LOCALES) {
    for (const colorScheme of SCHEMES) {
      for (const width of WIDTHS) {
        const folder = join(FOLDER, `${locale.slice(0, 2)}-${colorScheme}-${width}`);
        await mkdir(folder, { recursive: true });
        const { page, close } = await openPage(browser, { width, height: HEIGHT }, { locale, colorScheme });
        await page.goto(`${demo.gateway.url}/console/sign-in/`);
        await capture(page, join(folder, 'sign-in.png'));
        count += 1;
        await openConsole(page, demo.gateway);
        for (const [name, path] of Object.entries(pagesOf(demo))) {
          await page.goto(`${demo.gateway.url}/console${path}`);
          await capture(page, join(folder, `${name}.png`));
          count += 1;
          tell(`${count} pictures`);
        }
        await close();
      }
    }
  }
}

await rm(FOLDER, { recursive: true, force: true });
const demo = await startDemo();
const browser = await startBrowser();
try {
  await withProgress('Taking screenshots', (tell) => captureAll(browser, demo, tell));
} finally {
  await browser.close();
  await demo.close();
}
console.log(FOLDER);
