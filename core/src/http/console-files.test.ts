import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Koa from 'koa';
import { request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { createConsoleFiles } from './console-files.ts';

const closers: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(
  files: Record<string, string>,
): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
  const folder = await mkdtemp(join(tmpdir(), 'console-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const app = new Koa().use(createConsoleFiles(folder));
  const server: Server = createServer(app.callback());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () => server.closeAllConnections(),
    () => rm(folder, { recursive: true }),
  );
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return (path, init) => fetch(base + path, { redirect: 'manual', ...init });
}

const PAGE = '<html><script>start()</script><script src="/x.js"></script></html>';

describe('the console', () => {
  it('serves pages uncached under a policy that allows their own scripts alone', async () => {
    const get = await serve({ 'index.html': PAGE, 'keys/index.html': PAGE });
    for (const path of ['/console/', '/console/keys/']) {
      const response = await get(path);
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('no-cache');
      const policy = response.headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(/script-src 'self' 'sha256-[\w+/=]+';/);
      expect(policy).not.toMatch(/script-src[^;]*unsafe/);
      expect(policy).toContain("frame-ancestors 'none'");
    }
    expect((await get('/console')).headers.get('location')).toBe('/console/');
    expect((await get('/console/keys')).headers.get('location')).toBe('/console/keys/');
  });

  it('serves hashed files for ever, and nothing twice', async () => {
    const get = await serve({ 'index.html': PAGE, '_next/static/a.js': 'x'.repeat(4000) });
    const first = await get('/console/_next/static/a.js');
    expect(first.headers.get('cache-control')).toContain('immutable');
    expect(first.headers.get('content-encoding')).toBe('gzip');
    expect(await first.text()).toBe('x'.repeat(4000));
    // fetch would ask for a fresh copy by itself.
    const again = await request(first.url, { headers: { 'if-none-match': first.headers.get('etag') ?? '' } });
    expect(again.statusCode).toBe(304);
  });

  it('answers unknown pages with its own, and never with another file', async () => {
    const get = await serve({ 'index.html': PAGE, '404.html': 'not here' });
    for (const path of [
      '/console/nope',
      '/console/..%2fpackage.json',
      '/console/%2e%2e/x',
      '/console/__proto__',
    ]) {
      const response = await get(path);
      expect(response.status).toBe(404);
    }
    expect(await (await get('/console/nope')).text()).toBe('not here');
    expect((await get('/console/', { method: 'POST' })).status).toBe(404);
  });

  it('says so when it is not built', async () => {
    const get = await serve({});
    const response = await get('/console/');
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('npm start');
  });
});
