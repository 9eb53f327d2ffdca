/** `npm run bench:console`: what the console weighs, and how quick it is with many traces. See README.md. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';
import type { TraceRecord } from '../../packages/plugin/src/canonical/trace-record.ts';
import { openSqliteStore } from '../../core/src/trace/worker/sqlite/sqlite-store.ts';
import { openPage, startBrowser } from '../support/browser.ts';
import { openConsole } from '../support/console.ts';
import { startGateway } from '../support/gateway.ts';
import { openAiStream, startMockUpstream } from '@dragoman/testing/upstreams';

const TRACES = 100_000;
const EVENTS = 5_000;
const PAGES = ['', 'upstreams/', 'keys/', 'playground/', 'traces/', 'traces/view/', 'settings/', 'sign-in/'];
const OUT = fileURLToPath(new URL('../../console/out/', import.meta.url));

const tell = (name: string, figure: string, aim: string): void =>
  console.log(`${name.padEnd(48)} ${figure.padStart(10)}   aim: ${aim}`);

/** The scripts that a page names itself: what is heavy comes later, when it is needed. */
function firstLoad(page: string): number {
  const html = readFileSync(`${OUT}${page}index.html`, 'utf8');
  const scripts = new Set(
    [...html.matchAll(/<script src="\/console\/([^"]+)"(?![^>]*nomodule)/gi)].map(([, path = '']) => path),
  );
  return [...scripts].reduce((sum, path) => sum + gzipSync(readFileSync(`${OUT}${path}`)).length, 0);
}

for (const page of PAGES)
  tell(`first load of /${page}, gzip`, `${Math.round(firstLoad(page) / 1024)} KiB`, '250 KiB');

const upstream = await startMockUpstream();
const gateway = await startGateway({
  traces: { record: 'full' },
  upstreams: [
    {
      ...{ id: 'one', provider: 'openai', models: { list: ['m'] } },
      options: { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-bench' },
    },
  ],
});
const store = await openSqliteStore(gateway.folder);
const generated = (at: number): TraceRecord => ({
  ...{ id: `req_${at}`, startedAt: Date.now() - at * 500, ms: 100 + (at % 900), method: 'POST' },
  ...{ path: '/v1/chat/completions', protocol: 'openai-chat', ip: '127.0.0.1', userAgent: 'bench' },
  ...{ model: `model-${at % 20}`, upstream: 'one', status: 200, outcome: at % 50 === 0 ? 'error' : 'ok' },
  ...{ ttftMs: 50, inputTokens: 100, outputTokens: 50, attempts: [], dropped: [] },
});
const browser = await startBrowser();
try {
  for (let at = 0; at < TRACES; at += 5_000)
    await store.put(Array.from({ length: 5_000 }, (_, n) => ({ trace: generated(at + n) })));
  await store.close();
  const words = Array.from({ length: EVENTS }, (_, at) => `word ${at} `);
  upstream.reply({ stream: openAiStream([{ text: words }]) });
  const id = await gateway.chat({
    model: 'm',
    stream: true,
    messages: [{ role: 'user', content: 'Count.' }],
  });

  const { page } = await openPage(browser);
  await openConsole(page, gateway);
  const until = async (path: string, sign: string): Promise<number> => {
    const begun = performance.now();
    await page.goto(`${gateway.url}/console${path}`, { waitUntil: 'commit' });
    await page.getByText(sign, { exact: true }).first().waitFor();
    return performance.now() - begun;
  };
  await until('/', 'Usage');
  const ms = (value: number): string => `${Math.round(value)} ms`;
  tell(`overview with ${TRACES} traces, until it is drawn`, ms(await until('/', 'Usage')), '1,000 ms');
  tell('list of traces, until it is drawn', ms(await until('/traces/', 'm')), '1,000 ms');
  tell('frames while the list is scrolled, 95 %', ms(await scroll(page)), 'smooth');
  const view = `/traces/view/?id=${id}`;
  tell(
    `inspector of ${EVENTS} events, conversation`,
    ms(await until(`${view}&tab=conversation`, 'Reply')),
    '500 ms',
  );
  tell(
    `inspector of ${EVENTS} events, raw streams`,
    ms(await until(`${view}&tab=raw`, 'Download')),
    '500 ms',
  );
} finally {
  await browser.close();
  await gateway.close();
  await upstream.close();
}

/** How long the frames of a scroll take, of 100 the 95 quickest. */
function scroll(page: Page): Promise<number> {
  return page.evaluate<number>(`new Promise((resolve) => {
    const times = [];
    let last = performance.now();
    let left = 120;
    const step = (now) => {
      times.push(now - last);
      last = now;
      window.scrollBy(0, 400);
      if (left-- > 0) requestAnimationFrame(step);
      else resolve(times.slice(1).sort((a, b) => a - b)[Math.floor((times.length - 1) * 0.95)]);
    };
    requestAnimationFrame(step);
  })`);
}
