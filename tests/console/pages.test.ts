import { anthropic } from '@dragoman/plugin-anthropic';
import { echo } from '@dragoman/plugin-echo';
import { gemini } from '@dragoman/plugin-gemini';
import { guard } from '@dragoman/plugin-guard';
import { openai } from '@dragoman/plugin-openai';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPage, startBrowser } from '../support/browser.ts';
import { findViolations, openConsole } from '../support/console.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, openAiReply, startMockUpstream } from '@dragoman/testing/upstreams';

/** Shown as text wherever it turns up, or the page is not safe. */
const HOSTILE = '<img src=x onerror=alert(1)>"\'><script>alert(2)</script>';

let browser: Browser;
let upstream: MockUpstream;
let gateway: RunningGateway;
let traceId: string;
beforeAll(async () => {
  browser = await startBrowser();
  upstream = await startMockUpstream();
  gateway = await startGateway({
    plugins: [openai(), anthropic(), gemini(), echo(), guard()],
    hooks: [{ id: 'privacy', hook: 'guard', options: { emails: 'mask' } }],
    traces: { record: 'full' },
    upstreams: [
      { id: 'echo', provider: 'echo', options: { delayMs: 0 } },
      {
        ...{ id: 'one', provider: 'openai', models: { list: ['m', HOSTILE] } },
        options: { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-upstream-secret' },
      },
    ],
    aliases: [{ name: 'best', candidates: [{ upstream: 'one', model: 'm' }] }],
  });
  await gateway.createKey({ name: HOSTILE, limits: { requestsPerMinute: 10 } });
  upstream.reply({
    body: openAiReply([
      { text: [`${HOSTILE} **bold** [link](javascript:alert(3)) ![x](https://example.org/x.png)`] },
      { tools: [{ id: 'call_1', name: 'tool', arguments: [JSON.stringify({ text: HOSTILE })] }] },
    ]),
  });
  const asked = {
    model: HOSTILE,
    messages: [{ role: 'user', content: HOSTILE }],
    tools: [{ type: 'function', function: { name: 'tool', parameters: { type: 'object' } } }],
  };
  traceId = await gateway.chat(asked, { 'x-thread-id': 'talk' });
});
afterAll(async () => {
  await browser.close();
  await gateway.close();
  await upstream.close();
});

/** Each with something that is there when it is loaded. */
const PAGES = (): readonly (readonly [path: string, sign: string])[] => [
  ['/', 'Usage'],
  ['/upstreams/', 'one'],
  ['/upstreams/?tab=aliases', 'best'],
  ['/upstreams/?tab=hooks', 'privacy'],
  ['/keys/', 'first key'],
  ['/playground/', 'No reply yet.'],
  ['/traces/', 'Filters and sorting'],
  ['/traces/?tab=threads', 'talk'],
  ['/traces/?tab=calls', 'Arguments'],
  [`/traces/view/?id=${traceId}`, 'Declared schema'],
  [`/traces/view/?id=${traceId}&tab=conversation`, 'Reply'],
  [`/traces/thread/?id=talk`, 'Turn 1'],
  [`/traces/view/?id=${traceId}&tab=changes`, 'The body was forwarded byte for byte.'],
  [`/traces/view/?id=${traceId}&tab=raw`, 'Download'],
  [`/traces/view/?id=${traceId}&tab=headers`, 'From the client'],
  [`/traces/view/?id=${traceId}&tab=routing`, 'Candidate'],
  [`/traces/view/?id=${traceId}&tab=hooks`, 'Findings and changes'],
  ['/settings/', 'Config file'],
];

describe('every page', () => {
  it.each([
    ['light', 1440],
    ['dark', 1440],
    ['light', 390],
    ['dark', 390],
  ] as const)(
    'in %s at %d px can be used by everybody, fits, and runs nothing that it was given',
    async (colorScheme, width) => {
      const watched = await openPage(browser, { width, height: 900 }, { colorScheme });
      const { page } = watched;
      const dialogs: string[] = [];
      page.on('dialog', (dialog) => {
        dialogs.push(dialog.message());
        void dialog.dismiss();
      });
      const failed: string[] = [];
      page.on('requestfailed', (request) =>
        failed.push(`${request.method()} ${request.url()} ${request.failure()?.errorText}`),
      );
      page.on('response', (response) => {
        if (response.status() >= 400 && !response.url().endsWith('/session'))
          failed.push(`${response.status()} ${response.url()}`);
      });
      await openConsole(page, gateway);
      const problems: string[] = [];
      for (const [path, sign] of PAGES()) {
        await page.goto(`${gateway.url}/console${path}`);
        await page.getByText(sign, { exact: true }).first().waitFor();
        for (const violation of await findViolations(page)) problems.push(`${path} ${violation}`);
        if (await page.evaluate<boolean>('document.documentElement.scrollWidth > window.innerWidth'))
          problems.push(`${path} scrolls sideways`);
      }
      expect(problems).toEqual([]);
      expect(dialogs).toEqual([]);
      // A request that a page leaves behind when it goes is no failure.
      expect(failed.filter((line) => !line.includes('ERR_ABORTED'))).toEqual([]);
      expect(watched.faults).toEqual([]);
      await watched.close();
    },
    90_000,
  );

  it('speaks Chinese to whoever wants it, and remembers', async () => {
    const { page, close } = await openPage(browser, undefined, { locale: 'zh-CN' });
    await openConsole(page, gateway);
    await page.getByRole('link', { name: '上游' }).first().waitFor();
    expect(await page.getAttribute('html', 'lang')).toBe('zh-CN');
    await page.getByRole('button', { name: '语言' }).click();
    await page.getByRole('menuitem', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await close();
  });

  it('goes anywhere by keyboard', async () => {
    const { page, close } = await openPage(browser);
    await openConsole(page, gateway);
    await page.keyboard.press('g');
    await page.keyboard.press('k');
    await page.getByRole('heading', { name: 'Keys' }).waitFor();
    const palette = page.getByPlaceholder('A page, an upstream or a request ID');
    await page.keyboard.press('Control+k');
    await palette.fill('Settings');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Settings', exact: true }).waitFor();
    await page.keyboard.press('Control+k');
    await palette.fill(traceId);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: traceId }).waitFor();
    await close();
  });

  it('says that traces are not kept, and why', async () => {
    const { page, close } = await openPage(browser);
    const traces = { status: 'degraded', reason: 'The disk is full.', lost: 2 };
    await page.route('**/readyz', (route) => route.fulfill({ json: { status: 'ready', traces } }));
    await openConsole(page, gateway);
    await page.getByText('The disk is full. 2 traces were lost.', { exact: false }).waitFor();
    await close();
  });

  it('says that the disk is nearly full', async () => {
    const { page, close } = await openPage(browser);
    const traces = { status: 'ok', lost: 0 };
    const json = { status: 'ready', traces, disk: { status: 'low' } };
    await page.route('**/readyz', (route) => route.fulfill({ json }));
    await openConsole(page, gateway);
    await page.getByText('The disk is nearly full.', { exact: false }).waitFor();
    await close();
  });

  it('keeps the theme that was chosen', async () => {
    const { page, close } = await openPage(browser, undefined, { colorScheme: 'light' });
    await openConsole(page, gateway);
    const ground = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await page.getByRole('button', { name: 'Theme' }).click();
    await page.getByRole('menuitem', { name: 'Dark' }).click();
    await expect.poll(ground).not.toBe(light);
    await page.reload();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(await ground()).not.toBe(light);
    await close();
  });
});
