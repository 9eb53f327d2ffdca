import axe from 'axe-core';
import type { Page } from 'playwright';
import { type RunningGateway } from './gateway.ts';

/** Signs a page in and opens a page of the console. */
export async function openConsole(page: Page, gateway: RunningGateway, path = '/'): Promise<void> {
  await page.goto(gateway.gateway.signInLink());
  await page.getByRole('heading', { name: /^(?:Overview|总览)$/ }).waitFor();
  if (path !== '/') await page.goto(`${gateway.url}/console${path}`);
}

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What would keep people from using the page, by the rules of WCAG 2.2 AA. */
export async function findViolations(page: Page): Promise<readonly string[]> {
  // Our own policy keeps scripts out of the page, so this one comes in as a function of the browser.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{ readonly violations: readonly Violation[] }>(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
    );
}
