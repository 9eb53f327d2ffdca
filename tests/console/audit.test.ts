import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPage, startBrowser, type WatchedPage } from '../support/browser.ts';
import { findViolations, openConsole } from '../support/console.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

let browser: Browser;
let gateway: RunningGateway;
let watched: WatchedPage;
let page: Page;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  gateway = await startGateway();
  watched = await openPage(browser);
  page = watched.page;
});
afterEach(async () => {
  await watched.close();
  await gateway.close();
});

const add = (baseUrl: string) =>
  gateway.admin('POST', '/upstreams', {
    id: 'far',
    provider: 'openai',
    models: { list: ['m'] },
    options: { baseUrl, apiKey: 'sk-old' },
  });

describe('the audit log in the console', () => {
  it('shows who changed what, before and after, is filtered, and says that it is whole', async () => {
    await add('http://127.0.0.1:9');
    await gateway.admin('PATCH', '/upstreams/far', { weight: 7 });
    await openConsole(page, gateway, '/settings/');
    const log = page.getByRole('region', { name: 'Audit log' });
    await log.getByRole('button', { name: /PATCH/ }).click();
    const details = page.getByRole('dialog');
    await details.getByText('"weight": 1').waitFor();
    await details.getByText('"weight": 7').waitFor();
    expect(await details.innerText()).not.toContain('sk-old');
    expect(await findViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByLabel('Operation').fill('gateway start');
    await log.getByRole('button', { name: /PATCH/ }).waitFor({ state: 'detached' });
    await log.getByText('Gateway', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByText(/entries, unchanged/).waitFor();
    expect(await findViolations(page)).toEqual([]);
    expect(watched.faults).toEqual([]);
  });
});

describe('the form of an upstream', () => {
  it('asks for the secret again when the address changes', async () => {
    await add('http://127.0.0.1:9');
    await openConsole(page, gateway, '/upstreams/');
    await page.getByRole('button', { name: 'far', exact: true }).click();
    const form = page.getByRole('dialog');
    await form.getByText('••••••••').first().waitFor();
    await form.getByLabel(/Base URL/).fill('http://127.0.0.1:9/v2');
    await form.getByText('••••••••').first().waitFor();
    await form.getByLabel(/Base URL/).fill('http://127.0.0.1:10');
    const note = form.getByText('Saved for the previous address only.');
    await note.waitFor();
    await form.getByRole('button', { name: 'Remove' }).waitFor();
    await form.getByText('Save first').waitFor();
    expect(await form.getByRole('button', { name: 'Test' }).isDisabled()).toBe(true);
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText('Check the highlighted fields.').waitFor();
    expect(await note.count()).toBe(1);
    expect(await form.getByText('since the address changed').count()).toBe(0);
    await form.getByLabel(/API key/).fill('sk-new');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    const { options } = await gateway.admin<{ options: object }>('GET', '/upstreams/far');
    expect(options).toMatchObject({ baseUrl: 'http://127.0.0.1:10', apiKey: { set: true } });
    expect(watched.faults).toEqual([]);
  });
});
