import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPage, startBrowser } from '../support/browser.ts';
import { startGateway } from '../support/gateway.ts';

const NAME = 'console.test';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser([`--host-resolver-rules=MAP ${NAME} 127.0.0.1`]);
});
afterAll(() => browser.close());

describe('a console with an address of its own', () => {
  it.each([{ port: 0 }, { hostnames: [NAME] }])(
    'signs in, and calls models from its playground: %j',
    async (address) => {
      const gateway = await startGateway({ console: address });
      const { page, faults, close } = await openPage(browser);
      try {
        await page.goto(gateway.gateway.signInLink());
        await page.getByRole('heading', { name: 'Overview' }).waitFor();
        expect(page.url()).toBe(`${gateway.gateway.consoleUrl}/console/`);
        await page.goto(`${gateway.gateway.consoleUrl}/console/playground/`);
        await page.getByLabel('Message 1').fill('Hello there, gateway');
        await page.getByRole('button', { name: 'Run' }).click();
        await page.getByRole('region', { name: 'Reply 1' }).getByText('Served by echo/echo').waitFor();
        await page.getByRole('button', { name: 'View code' }).click();
        // Programs call the other address.
        await page.getByText(`${gateway.url}/v1/chat/completions`).first().waitFor();
        expect(faults).toEqual([]);
      } finally {
        await close();
        await gateway.close();
      }
    },
  );
});
