import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPage, startBrowser, type WatchedPage } from '../support/browser.ts';
import { openConsole } from '../support/console.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import {
  type MockUpstream,
  openAiModels,
  openAiReply,
  openAiStream,
  startMockUpstream,
} from '@dragoman/testing/upstreams';

let browser: Browser;
let upstream: MockUpstream;
let gateway: RunningGateway;
let watched: WatchedPage;
let page: Page;
beforeAll(async () => {
  browser = await startBrowser();
  upstream = await startMockUpstream();
  gateway = await startGateway({
    traces: { record: 'full' },
    routing: { policy: 'order' },
    upstreams: [
      { id: 'echo', provider: 'echo', options: { delayMs: 10 } },
      ...['one', 'two'].map((id) => ({
        ...{ id, provider: 'openai', models: { list: ['m'] } },
        options: { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-upstream-secret' },
      })),
    ],
  });
});
beforeEach(async () => {
  upstream.reset();
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
  await upstream.close();
});

const open = (path: string): Promise<void> => openConsole(page, gateway, path);
const button = (name: string) => page.getByRole('button', { name, exact: true });

describe('somebody who manages upstreams', () => {
  it('adds one, tests it, changes it, and takes its removal back', async () => {
    await open('/upstreams/');
    await button('Add upstream').click();
    await page.getByLabel('Name', { exact: true }).fill('mine');
    await page.getByLabel(/^Base URL/).fill('no address');
    await page.getByText('String does not match format "uri".').waitFor();
    await page.getByLabel(/^Base URL/).fill(`${upstream.url}/v1`);
    await page.getByLabel(/^API key/).fill('sk-very-secret');
    upstream.handle('/v1/models', () => ({ body: openAiModels(['alpha', 'beta']) }));
    await button('Test').click();
    await page.getByText('Works', { exact: true }).waitFor();
    await page.getByRole('checkbox', { name: 'beta' }).check();
    await button('Save').click();
    const row = page.getByRole('row').filter({ hasText: 'mine' });
    await row.getByText('1 model').waitFor();
    expect(upstream.lastCall.headers['authorization']).toBe('Bearer sk-very-secret');

    await row.getByRole('button', { name: 'mine', exact: true }).click();
    await page.getByText('••••••••').waitFor();
    expect(await page.content()).not.toContain('sk-very-secret');
    await page.getByLabel('Weight', { exact: false }).first().fill('3');
    await button('Save').click();
    await row.getByText('3 / 0').waitFor();

    await page.getByRole('button', { name: 'Actions of mine' }).click();
    await page.getByRole('menuitem', { name: 'Disable' }).click();
    await row.getByText('Disabled').waitFor();

    await page.getByRole('button', { name: 'Actions of mine' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByText('mine deleted.').waitFor();
    await row.waitFor({ state: 'detached' });
    await button('Undo').click();
    await row.waitFor();
  });

  it('gets a form for every kind of upstream', async () => {
    await open('/upstreams/');
    await button('Add upstream').click();
    const providers = page.getByLabel('Provider');
    await expect.poll(() => providers.locator('option').count()).toBe(4);
    for (const [kind, field] of [
      ['anthropic', /^Base URL/],
      ['gemini', /^API key/],
      ['echo', /delay/i],
      ['openai', /^Organization/],
    ] as const) {
      await providers.selectOption(kind);
      await page.getByLabel(field).first().waitFor();
    }
  });

  it('sees what is declared in the file, and how to change it there', async () => {
    await open('/upstreams/');
    await page.getByRole('button', { name: 'one', exact: true }).click();
    await page.getByText('This upstream is declared in the config file.', { exact: false }).waitFor();
    expect(await button('Save').count()).toBe(0);
    expect(await page.content()).not.toContain('sk-upstream-secret');
  });

  it('makes an alias, and sees who answers for it', async () => {
    await open('/upstreams/?tab=aliases');
    await button('Add alias').click();
    await page.getByLabel('Name', { exact: true }).fill('fast');
    await page.getByLabel('Model', { exact: true }).fill('m');
    await button('Save').click();
    await page.getByText('1. one/m').waitFor();
    await page.getByText('2. two/m').waitFor();
    await button('Delete').click();
    await page.getByText('fast deleted.').waitFor();
    await page.getByText('2. two/m').waitFor({ state: 'detached' });
    await button('Undo').click();
    await page.getByText('2. two/m').waitFor();
  });
});

describe('somebody who gives out keys', () => {
  it('makes one, which is shown once and works, and revokes it', async () => {
    await open('/keys/');
    await button('New key').click();
    await page.getByLabel('Name', { exact: true }).fill('agent');
    await page.getByLabel('Requests per minute').fill('5');
    await button('Create').click();
    const secret = await page.getByRole('region', { name: 'Key' }).innerText();
    expect(secret).toMatch(/^sk-dgm-/);
    await button('Done').click();
    const row = page.getByRole('row').filter({ hasText: 'agent' });
    await row.getByText('0 / 5').waitFor();
    expect(await page.content()).not.toContain(secret);
    const models = (): Promise<Response> =>
      fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${secret}` } });
    expect((await models()).status).toBe(200);

    await page.getByRole('button', { name: 'Actions of agent' }).click();
    await page.getByRole('menuitem', { name: 'Revoke' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('agent revoked.').waitFor();
    await row.waitFor({ state: 'detached' });
    expect((await models()).status).toBe(401);
  });
});

describe('somebody who tests prompts', () => {
  it.each(['OpenAI Chat Completions', 'OpenAI Responses', 'Anthropic Messages', 'Gemini generateContent'])(
    'streams an answer by %s, with its figures and its trace',
    async (protocol) => {
      await open('/playground/');
      await page.getByLabel('Protocol').selectOption({ label: protocol });
      await page.getByLabel('Message 1').fill('Hello there, gateway');
      await button('Run').click();
      const column = page.getByRole('region', { name: 'Reply 1' });
      await column.getByText('Hello there, gateway').waitFor();
      await column.getByText('Served by echo/echo').waitFor();
      await column.getByRole('link', { name: 'Trace' }).click();
      await page.getByRole('tab', { name: 'Conversation' }).click();
      await page.getByText('Hello there, gateway').first().waitFor();
    },
  );

  it('stops an answer that goes on', async () => {
    await open('/playground/');
    await page.getByLabel('Model 1').fill('echo-hang');
    await page.getByLabel('Message 1').fill('Hello');
    await button('Run').click();
    await button('Stop').click();
    await page.getByText('Stopped.').waitFor();
  });

  it('runs a tool loop by hand', async () => {
    upstream.reply({
      stream: openAiStream([
        { tools: [{ id: 'call_1', name: 'get_weather', arguments: ['{"city":', '"Rome"}'] }] },
      ]),
    });
    await open('/playground/');
    await page.getByLabel('Model 1').fill('m');
    await page.getByLabel('Message 1').fill('Weather?');
    await page.getByText('Tools', { exact: true }).click();
    await button('Insert example').click();
    await button('Run').click();
    await page.getByText('"city": "Rome"').waitFor();
    expect(await button('Send results').isDisabled()).toBe(true);
    await page.getByLabel('Result of get_weather').fill('25 degrees');
    upstream.reply({ stream: openAiStream([{ text: ['It is ', 'warm.'] }]) });
    await button('Send results').click();
    await page.getByText('It is warm.').waitFor();
    expect(upstream.lastCall.body).toMatchObject({
      messages: [
        { role: 'user' },
        { role: 'assistant' },
        { role: 'tool', tool_call_id: 'call_1', content: '25 degrees' },
      ],
    });
  });

  it('has a tool loop run by itself, where the results are mocked', async () => {
    await open('/playground/');
    await page.getByLabel('Message 1').fill('Please call get_weather.');
    await page.getByText('Tools', { exact: true }).click();
    await button('Insert example').click();
    await page
      .getByRole('textbox', { name: 'Mock results' })
      .fill('{"get_weather":"Nineteen degrees in {{city}}"}');
    await button('Run').click();
    await page
      .getByRole('region', { name: 'Reply 1' })
      .locator('.markdown')
      .getByText('Nineteen degrees in', { exact: false })
      .waitFor();
    expect(await button('Send results').count()).toBe(0);
  });

  it('compares models beside each other', async () => {
    await open('/playground/');
    await page.getByLabel('Message 1').fill('Same for all');
    for (let at = 0; at < 3; at++) await button('Add model').click();
    expect(await button('Add model').count()).toBe(0);
    await button('Run').click();
    for (const number of [1, 2, 3, 4])
      await page
        .getByRole('region', { name: `Reply ${number}` })
        .getByText('Served by echo/echo')
        .waitFor();
  });

  it('completes the words of a schema, says what is wrong with the tools, and keeps what was run', async () => {
    await open('/playground/');
    await page.getByLabel('Message 1').fill('The first run');
    await button('Run').click();
    await page.getByText('Served by echo/echo').waitFor();
    await page.getByLabel('Message 1').fill('Something else');
    await page.getByText('Tools', { exact: true }).click();
    const editor = page.getByRole('textbox', { name: 'Tools', exact: true });
    await editor.click();
    await page.keyboard.type('[{"para');
    await page.getByRole('option', { name: 'parameters' }).click();
    await expect.poll(() => editor.innerText()).toContain('"parameters');
    await editor.fill('[{"parameters":{}}]');
    await button('Run').click();
    await page.getByText('[0].name must be the name of a tool.', { exact: false }).first().waitFor();
    await button('History').click();
    await page.getByRole('menuitem', { name: /The first run/ }).click();
    await expect.poll(() => page.getByLabel('Message 1').inputValue()).toBe('The first run');
  });

  it('shows the code for it, and what was typed is there after a reload', async () => {
    await open('/playground/');
    await page.getByLabel('Message 1').fill("It's me");
    await button('View code').click();
    await page.getByRole('region', { name: 'curl' }).getByText("It'\\''s me", { exact: false }).waitFor();
    await page.getByRole('tab', { name: 'Python' }).click();
    await page.getByText('from openai import OpenAI', { exact: false }).waitFor();
    await page.reload();
    await expect.poll(() => page.getByLabel('Message 1').inputValue()).toBe("It's me");
  });
});

describe('somebody who looks into a tool call', () => {
  const weather = {
    type: 'function',
    function: {
      name: 'weather',
      parameters: { type: 'object', properties: { unit: { type: 'string' } }, additionalProperties: false },
    },
  };

  it('finds what is wrong with it, how it grew, and what came back', async () => {
    const call = { id: 'call_9', name: 'weather', arguments: ['{"un', 'its":', '"c"}'] };
    upstream.reply(
      { status: 503, body: { error: { message: 'Overloaded.', type: 'error' } } },
      { stream: openAiStream([{ tools: [call] }]) },
    );
    const messages: object[] = [{ role: 'user', content: 'Weather?' }];
    await gateway.chat({ model: 'm', stream: true, messages, tools: [weather] });
    upstream.reply({ body: openAiReply([{ text: ['Sunny.'] }]) });
    messages.push(
      {
        role: 'assistant',
        tool_calls: [
          { id: 'call_9', type: 'function', function: { name: 'weather', arguments: '{"units":"c"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_9', content: 'twenty five' },
    );
    const second = await gateway.chat({ model: 'm', messages, tools: [weather] });

    await open('/traces/?badCalls=true');
    await page.getByRole('row').filter({ hasText: '1 invalid' }).getByRole('link').click();
    await page.getByText('"units" is not in the schema; did you mean "unit"?', { exact: false }).waitFor();
    await page.getByText('twenty five').waitFor();
    // The fallback is on the timeline.
    await page.getByText('one/m', { exact: true }).first().waitFor();
    await page.getByText('two/m', { exact: true }).first().waitFor();
    const slider = page.getByRole('slider');
    await page.getByText('Chunk 3 of 3').waitFor();
    await slider.press('ArrowLeft');
    await page.getByText('Chunk 2 of 3').waitFor();
    expect(await page.getByRole('region', { name: 'As streamed' }).innerText()).toBe('{"units":');
    await page.getByRole('link', { name: 'Request with the result' }).click();
    await page.getByRole('heading', { name: second }).waitFor();
    // The whole conversation, turn by turn.
    await page.locator('dt', { hasText: 'Conversation' }).locator('..').getByRole('link').click();
    await page.getByRole('link', { name: 'Turn 1' }).waitFor();
    await page.getByRole('link', { name: 'Turn 2' }).waitFor();
    await page.getByText('Sunny.').waitFor();
    expect(await page.getByText('Weather?', { exact: true }).count()).toBe(1);
  });

  it('sees new requests while they come, and searches for words', async () => {
    await open('/traces/');
    await page.getByRole('row').nth(1).waitFor();
    await expect
      .poll(async () => {
        await gateway.chat({ model: 'echo', messages: [{ role: 'user', content: 'A platypus' }] });
        return page.getByRole('button', { name: /new request/ }).count();
      })
      .toBe(1);
    await page.getByRole('button', { name: /new request/ }).click();
    await page.getByRole('searchbox').fill('platypus');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'echo', exact: true }).first().waitFor();
    expect(page.url()).toContain('search=platypus');
    await page.getByRole('searchbox').fill('nothing like it');
    await page.keyboard.press('Enter');
    await page.getByText('No requests match these filters').waitFor();
  });

  it('sends it again, and takes it to the playground', async () => {
    upstream.reply(
      { body: openAiReply([{ text: ['Once.'] }]) },
      { body: openAiReply([{ text: ['Twice.'] }]) },
    );
    const id = await gateway.chat({ model: 'm', messages: [{ role: 'user', content: 'Again?' }] });
    await open(`/traces/view/?id=${id}`);
    await button('Replay').click();
    await button('Send again').click();
    await page.getByRole('region', { name: 'New reply' }).getByText('Twice.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Open in playground' }).click();
    await expect.poll(() => page.getByLabel('Message 1').inputValue()).toBe('Again?');
    expect(await page.getByLabel('Model 1').inputValue()).toBe('m');
  });
});
