import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPage, startBrowser } from '../support/browser.ts';
import { openConsole } from '../support/console.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

let browser: Browser;
let gateway: RunningGateway;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  gateway = await startGateway();
});
afterEach(() => gateway.close());

async function open(path: string, width = 1440) {
  const { page } = await openPage(browser, { width, height: 900 });
  await openConsole(page, gateway, path);
  return page;
}

describe('the tables of the console', () => {
  it.each(['Sessions', 'Audit log', 'Plugins'])('fit a phone: %s', async (label) => {
    const page = await open('/settings/', 390);
    const table = page.getByRole('region', { name: label });
    await table.locator('tbody td:visible').first().waitFor();
    const hidden = await page.evaluate<number>(
      `(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('[role=region][aria-label="${label}"]'))`,
    );
    expect(hidden).toBe(0);
    const cells = await table.locator('tbody td:visible').all();
    const boxes = await Promise.all(cells.map((cell) => cell.boundingBox()));
    expect(boxes.length).toBeGreaterThan(0);
    // Room for a word.
    for (const box of boxes) expect(box?.width).toBeGreaterThan(70);
    await page.context().close();
  });

  it('name the limits of a key in words, and its budgets in dollars', async () => {
    await gateway.admin('POST', '/keys', { name: 'agent', limits: { costPerDay: 5, requestsPerMinute: 10 } });
    const page = await open('/keys/');
    const row = page.getByRole('row').filter({ hasText: 'agent' });
    await row.getByText('Requests per minute').waitFor();
    await row.getByText('Daily budget').waitFor();
    await row.getByText('$0.00 / $5.00').waitFor();
    await page.context().close();
  });

  it('say why an upstream cannot be used, and so does its form', async () => {
    const options = { baseUrl: 'http://127.0.0.1:9/v1' };
    await gateway.admin('POST', '/upstreams', { id: 'far', provider: 'openai', options });
    await gateway.admin('GET', '/models');
    const page = await open('/upstreams/');
    const row = page.getByRole('row').filter({ hasText: 'far' });
    await row.getByText('far cannot be reached').waitFor();
    await row.getByRole('button', { name: 'far', exact: true }).click();
    await page.getByRole('dialog').getByText('far cannot be reached').waitFor();
    await page.context().close();
  });
});
