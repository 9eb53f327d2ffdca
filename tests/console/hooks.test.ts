import { echo } from '@dragoman/plugin-echo';
import { guard } from '@dragoman/plugin-guard';
import { openai } from '@dragoman/plugin-openai';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPage, startBrowser, type WatchedPage } from '../support/browser.ts';
import { openConsole } from '../support/console.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

let browser: Browser;
let gateway: RunningGateway;
let watched: WatchedPage;
let page: Page;
beforeAll(async () => {
  browser = await startBrowser();
  gateway = await startGateway({
    plugins: [openai(), echo(), guard()],
    hooks: [{ id: 'filed', hook: 'guard', options: { creditCards: 'refuse' }, shadow: true }],
  });
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
const row = (id: string) => page.getByRole('row').filter({ hasText: id });
const choose = async (id: string, item: string): Promise<void> => {
  await button(`Actions of ${id}`).click();
  await page.getByRole('menuitem', { name: item }).click();
};
const add = async (id: string): Promise<void> => {
  await button('Add hook').click();
  await page.getByLabel('Name', { exact: true }).fill(id);
  await page.getByLabel('E-mail addresses').selectOption('mask');
  await button('Save').click();
  await row(id).waitFor();
};
const orderOf = async (): Promise<readonly string[]> => {
  const texts = await page.getByRole('row').allInnerTexts();
  return texts.slice(1).map((text) => /filed|first|second/.exec(text)?.[0] ?? '');
};

async function ask(content: string): Promise<string> {
  const answer = await gateway.post('/v1/chat/completions', {
    model: 'echo',
    messages: [{ role: 'user', content }],
  });
  return answer.text();
}

describe('somebody who manages hooks', () => {
  it('adds, orders, switches and removes them, and sees what they do', async () => {
    await openConsole(page, gateway, '/upstreams/?tab=hooks');
    await row('filed').getByText('Shadow mode').waitFor();
    await add('first');
    await add('second');
    expect(await orderOf()).toEqual(['filed', 'first', 'second']);

    await ask('Write to ada@example.org.');
    await row('first')
      .getByText(/[1-9] changed/)
      .waitFor();

    await choose('second', 'Move up');
    await expect.poll(orderOf).toEqual(['filed', 'second', 'first']);

    await button('first').click();
    await page.getByLabel('Keys', { exact: true }).fill('nobody');
    await button('Save').click();
    await row('first').getByText('Keys nobody').waitFor();

    await choose('second', 'Disable');
    await row('second').getByText('Disabled').waitFor();
    await choose('second', 'Delete');
    await row('second').waitFor({ state: 'detached' });
    await button('filed').click();
    await page.getByText('This hook is declared in the config file; edit it there.').waitFor();
    expect(await button('Save').count()).toBe(0);
  });
});
