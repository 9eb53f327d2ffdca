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

const overview = () => page.getByRole('heading', { name: 'Overview' });
const signInForm = () => page.getByLabel('Admin password');
const consoleUrl = () => `${gateway.url}/console/`;

async function typePassword(password: string): Promise<void> {
  await signInForm().fill(password);
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
    await other.page.getByText('The sign-in link has been used or has expired.').waitFor();
    expect(other.page.url()).not.toContain('token');
    await other.close();
  });

  it('refuses a wrong password with a reason, and takes the right one', async () => {
    await page.goto(consoleUrl());
    await typePassword('wrong');
    await page.getByRole('alert').filter({ hasText: 'Wrong password.' }).waitFor();
    expect(page.url()).toBe(`${consoleUrl()}sign-in/`);
    await typePassword(PASSWORD);
    await overview().waitFor();
  });

  it('asks a stranger to sign in, and then goes where they wanted to', async () => {
    await page.goto(`${consoleUrl()}traces/?outcome=error`);
    await signInForm().waitFor();
    await typePassword(PASSWORD);
    await page.getByRole('heading', { name: 'Traces' }).waitFor();
    expect(page.url()).toBe(`${consoleUrl()}traces/?outcome=error`);
  });

  it('never goes to another site after signing in', async () => {
    await page.goto(`${consoleUrl()}sign-in/?next=//example.org/`);
    await typePassword(PASSWORD);
    await overview().waitFor();
    expect(page.url()).toBe(consoleUrl());
  });

  it('signs out, and then shows nothing of the gateway, also after a reload', async () => {
    await page.goto(gateway.gateway.signInLink());
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signInForm().waitFor();
    await page.reload();
    await signInForm().waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
  });

  it('ends the page with the session, and comes back to it', async () => {
    await page.clock.install();
    await page.goto(gateway.gateway.signInLink());
    await overview().waitFor();
    await page.getByRole('link', { name: 'Upstreams' }).click();
    await page.getByRole('button', { name: 'Add upstream' }).waitFor();
    await page.context().clearCookies();
    // Now it is time to ask for the list again, which is refused.
    await page.clock.runFor(10_000);
    await signInForm().waitFor();
    await typePassword(PASSWORD);
    await page.getByRole('heading', { name: 'Upstreams' }).waitFor();
    expect(page.url()).toBe(`${consoleUrl()}upstreams/`);
  });

  it('says when the gateway is gone, and comes back with it', async () => {
    await page.route('**/admin/api/v1/session', (route) => route.abort(), { times: 1 });
    await page.goto(consoleUrl());
    await page.getByText('The gateway cannot be reached.').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await signInForm().waitFor();
  });

  it('shows a page of its own for an address that it does not have', async () => {
    await page.goto(gateway.gateway.signInLink());
    await overview().waitFor();
    await page.goto(`${consoleUrl()}nope/`);
    await page.getByRole('heading', { name: 'Page not found' }).waitFor();
    expect(watched.faults).toEqual([]);
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
