import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPage, startBrowser, type WatchedPage } from '../support/browser.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

const PASSWORD = 'correct-horse-battery';

let browser: Browser;
let gateway: RunningGateway;
let watched: WatchedPage;
let page: Page;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  gateway = await startGateway({ overrides: { adminPassword: PASSWORD } });
  watched = await openPage(browser);
  page = watched.page;
});
afterEach(async () => {
  await watched.close();
  await gateway.close();
});

const overview = () => page.getByRole('heading', { name: 'Gateway' });
const consoleUrl = () => `${gateway.url}/console/`;

async function typePassword(password: string): Promise<void> {
  await page.goto(`${consoleUrl()}sign-in/`);
  await page.getByLabel('Admin password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

describe('the console', () => {
  it('signs in by the link, once, and keeps its token out of the address', async () => {
    const link = gateway.gateway.signInLink();
    await page.goto(link);
    await overview().waitFor();
    expect(page.url()).toBe(consoleUrl());
    await page.goBack();
    expect(page.url()).not.toContain('token');

    const other = await openPage(browser);
    await other.page.goto(link);
    await other.page.getByText('The sign-in link is used or too old.').waitFor();
    expect(other.page.url()).not.toContain('token');
    await other.close();
  });

  it('shows the gateway and its upstreams to whoever is signed in', async () => {
    await page.goto(gateway.gateway.signInLink());
    await page.getByText(`${gateway.url}/v1`).waitFor();
    const rows = page.getByRole('listitem');
    await rows.filter({ hasText: /\d+ models/ }).waitFor();
    expect(await rows.count()).toBe(1);
    expect(await rows.first().innerText()).toContain('echo');
    await page.reload();
    await overview().waitFor();
  });

  it('refuses a wrong password with a reason, and takes the right one', async () => {
    await typePassword('wrong');
    const problem = page.getByRole('alert').filter({ hasText: 'The password is wrong.' });
    await problem.waitFor();
    expect(page.url()).toBe(`${consoleUrl()}sign-in/`);
    await page.getByLabel('Admin password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await overview().waitFor();
  });

  it('signs out, and then shows nothing of the gateway, also after a reload', async () => {
    await page.goto(gateway.gateway.signInLink());
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Sign in' }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'Sign in' }).waitFor();
    expect(await page.getByText('Upstreams', { exact: true }).count()).toBe(1);
    expect(await page.getByRole('listitem').count()).toBe(0);
  });

  it('ends the page with the session', async () => {
    await page.clock.install();
    await page.goto(gateway.gateway.signInLink());
    await page.getByRole('listitem').first().waitFor();
    await page.context().clearCookies();
    // Now it is time to ask for the list again, which is refused.
    await page.clock.runFor(10_000);
    await page.getByRole('link', { name: 'Sign in' }).waitFor();
  });

  it('says when the gateway is gone, and comes back with it', async () => {
    await page.route('**/admin/api/v1/session', (route) => route.abort(), { times: 1 });
    await page.goto(consoleUrl());
    await page.getByText('The gateway cannot be reached.').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'Sign in' }).waitFor();
  });

  it('fits a telephone, and keeps to its own content security policy', async () => {
    const phone = await openPage(browser, { width: 390, height: 844 });
    const scrollsSideways = () =>
      phone.page.evaluate<boolean>('document.documentElement.scrollWidth > window.innerWidth');
    const { page: small } = phone;
    await small.goto(consoleUrl());
    await small.getByRole('link', { name: 'Sign in' }).waitFor();
    expect(await scrollsSideways()).toBe(false);
    await small.getByRole('link', { name: 'Sign in' }).click();
    await small.getByLabel('Admin password').waitFor();
    expect(await scrollsSideways()).toBe(false);
    await small.goto(gateway.gateway.signInLink());
    await small.getByRole('listitem').first().waitFor();
    expect(await scrollsSideways()).toBe(false);
    await small.goto(`${consoleUrl()}nope/`);
    await small.getByRole('heading', { name: 'Nothing here' }).waitFor();
    expect(phone.faults).toEqual([]);
    await phone.close();
  });

  it('would notice a script that the policy refuses', async () => {
    await page.goto(consoleUrl());
    await page.evaluate(`
      const script = document.createElement('script');
      script.textContent = 'window.isInjected = true';
      document.body.append(script);
    `);
    expect(await page.evaluate<boolean>(`'isInjected' in window`)).toBe(false);
    expect(watched.faults.join()).toContain('Content Security Policy');
  });
});
