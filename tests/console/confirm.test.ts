import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openPage, startBrowser, type WatchedPage } from '../support/browser.ts';
import { findViolations, openConsole } from '../support/console.ts';
import { type GatewayOptions, type RunningGateway, startGateway } from '../support/gateway.ts';

const PASSWORD = 'correct-horse-battery';
const TEN_MINUTES = 600_000;
/** Other tests may keep the machine busy. */

let browser: Browser;
let gateway: RunningGateway;
let watched: WatchedPage;
let page: Page;
let now: number;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  await watched.close();
  await gateway.close();
});

async function open(path: string, options: GatewayOptions = {}): Promise<void> {
  now = Date.now();
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  gateway = await startGateway({ ...options, surroundings: { clock } });
  watched = await openPage(browser);
  page = watched.page;
  await openConsole(page, gateway, path);
}

const dialog = () => page.getByRole('dialog', { name: "Confirm it's you" });
const password = () => dialog().getByLabel('Admin password');
const confirm = () => dialog().getByRole('button', { name: 'Confirm' }).click();

async function makeKey(): Promise<void> {
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByLabel('Name', { exact: true }).fill('laptop');
  now += TEN_MINUTES;
  await page.getByRole('button', { name: 'Create' }).click();
}
const secret = () => page.getByText(/sk-dgm-\S{20,}/).first();

describe('the console asks for a confirmation', () => {
  it('by password, and then does what was wanted', async () => {
    await open('/keys/', { overrides: { adminPassword: PASSWORD } });
    await makeKey();
    await password().waitFor();
    await expect.poll(() => page.evaluate<string>('document.activeElement.name')).toBe('password');
    expect(await findViolations(page)).toEqual([]);
    await password().fill('wrong');
    await confirm();
    await dialog().getByRole('alert').filter({ hasText: 'Wrong password.' }).waitFor();
    await password().fill(PASSWORD);
    await confirm();
    await secret().waitFor();
    await dialog().waitFor({ state: 'hidden' });
    expect(watched.faults).toEqual([]);
  });

  it('by a new link where there is no password', async () => {
    await open('/keys/');
    await makeKey();
    await dialog().getByText('./dragoman sign-in-link').waitFor();
    expect(await findViolations(page)).toEqual([]);
    await dialog().getByLabel('Sign-in link').fill(gateway.gateway.signInLink());
    await confirm();
    await secret().waitFor();
  });

  it('and does nothing when it is refused', async () => {
    await open('/keys/', { overrides: { adminPassword: PASSWORD } });
    await makeKey();
    await password().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('alert').filter({ hasText: 'Confirm your identity' }).waitFor();
    expect(await gateway.admin('GET', '/keys')).toHaveLength(1);
  });

  it('before an export', async () => {
    await open('/traces/', { traces: { record: 'no-bodies' }, overrides: { adminPassword: PASSWORD } });
    now += TEN_MINUTES;
    await page.getByRole('button', { name: 'HAR' }).click();
    await password().fill(PASSWORD);
    const saved = page.waitForEvent('download');
    await confirm();
    expect((await saved).suggestedFilename()).toBe('traces.har');
  });
});

describe('the list of sign-ins', () => {
  it('signs another browser out', async () => {
    await open('/settings/');
    const other = await openPage(browser);
    await openConsole(other.page, gateway);
    await page.reload();
    await page.getByText('This browser').waitFor();
    await page.getByRole('button', { name: /^Sign out Chrome/ }).click();
    await expect.poll(() => page.getByRole('button', { name: /^Sign out Chrome/ }).count()).toBe(0);
    await other.page.reload();
    await other.page.getByLabel('Admin password').waitFor();
    await page.getByText('This browser').waitFor();
    await other.close();
  });
});
