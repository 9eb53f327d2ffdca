import { echo } from '@dragoman/plugin-echo';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { openPage, startBrowser, type WatchedPage } from '../support/browser.ts';
import { openConsole } from '../support/console.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { tiny } from '../support/tiny-protocol.ts';

let browser: Browser;
let gateway: RunningGateway;
let watched: WatchedPage;
let page: Page;
beforeAll(async () => {
  browser = await startBrowser();
  gateway = await startGateway({ plugins: [tiny(), echo()], traces: { record: 'full' } });
});
beforeEach(async () => {
  watched = await openPage(browser);
  page = watched.page;
});
afterEach(async () => {
  expect(watched.faults).toEqual([]);
  await watched.close();
});
afterAll(async () => {
  await browser.close();
  await gateway.close();
});

const button = (name: string) => page.getByRole('button', { name, exact: true });
const column = () => page.getByRole('region', { name: 'Reply 1' });

it('a protocol that only its plugin knows is tried in the playground', async () => {
  await openConsole(page, gateway, '/playground/');
  await expect
    .poll(() => page.getByLabel('Protocol').locator('option').allTextContents())
    .toEqual(['Tiny lines']);
  await page.getByLabel('Message 1').fill('Hello from nowhere');
  await page.getByLabel('Temperature').fill('0.5');
  await button('Run').click();
  await column().getByText('Hello from nowhere').waitFor();
  await column().getByText('Served by echo/echo').waitFor();
  await column().getByText('temperature: The tiny wire has no such field.', { exact: false }).waitFor();
  await column().getByRole('tab', { name: 'Raw' }).click();
  await column().getByText('{"over":"stop"}', { exact: false }).waitFor();
  await column().getByRole('link', { name: 'Trace' }).click();
  await page.getByText('/tiny/ask', { exact: false }).first().waitFor();
});

it('it tells its errors in the words of the gateway', async () => {
  await openConsole(page, gateway, '/playground/');
  await page.getByLabel('Model 1').fill('nobody-has-it');
  await page.getByLabel('Message 1').fill('Hello');
  await button('Run').click();
  await column().getByText('nobody-has-it', { exact: false }).first().waitFor();
});

it('its programs are shown, and what to begin with', async () => {
  await openConsole(page, gateway, '/playground/');
  await page.getByLabel('Message 1').fill('Hello');
  await button('View code').click();
  await page
    .getByRole('region', { name: 'curl' })
    .getByText(`${gateway.url}/tiny/ask`, { exact: false })
    .waitFor();
  await page.getByRole('tab', { name: 'Tin' }).click();
  await page.getByText(`ask ${gateway.url}/tiny/ask`).waitFor();
});
