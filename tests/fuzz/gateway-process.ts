import { fileURLToPath } from 'node:url';
/** The gateway that is attacked, in a process of its own: what ends or stalls it is seen from outside. */
import { resolveConfig } from '../../core/src/config/resolve.ts';
import { createGateway } from '../../core/src/gateway.ts';
import { anthropic } from '@dragoman/plugin-anthropic';
import { echo } from '@dragoman/plugin-echo';
import { gemini } from '@dragoman/plugin-gemini';
import { openai } from '@dragoman/plugin-openai';
import { serveParent } from '../bench/child.ts';
import { type Stall, watchStalls } from './stalls.ts';

export interface Health {
  readonly rss: number;
  readonly stalls: readonly Stall[];
}

/** The requirement: nobody waits longer than this for the main thread. */
export const STALL_MS = 250;

const { MOCK = '', DATA = '', ADMIN_TOKEN = '', UPSTREAM_KEY = '' } = process.env;

const timeouts = { connectMs: 1_000, headersMs: 1_500, idleMs: 1_500, totalMs: 6_000 };

function upstream(id: string, provider: string, models: readonly string[], options: object = {}) {
  const [kind = ''] = id.split('-');
  const base = `${MOCK}/${kind}`;
  return {
    ...{ id, provider, timeouts, relay: 'all' as const },
    models: { list: [...models] },
    options: { baseUrl: provider === 'openai' ? `${base}/v1` : base, apiKey: UPSTREAM_KEY, ...options },
  };
}

const gateway = await createGateway(
  resolveConfig(
    {
      plugins: [openai(), anthropic(), gemini(), echo()],
      upstreams: [
        { id: 'echo', provider: 'echo', options: { delayMs: 0 } },
        upstream('good-openai', 'openai', ['gpt-good', 'embed-good']),
        upstream('good-responses', 'openai', ['responses-good'], { wire: 'responses' }),
        upstream('good-anthropic', 'anthropic', ['claude-good']),
        upstream('good-gemini', 'gemini', ['gemini-2.0-good', 'gemini-3-good']),
        upstream('bad-openai', 'openai', ['gpt-bad']),
        upstream('bad-anthropic', 'anthropic', ['claude-bad']),
        upstream('bad-gemini', 'gemini', ['gemini-bad']),
      ],
      aliases: [
        {
          name: 'alias-good',
          candidates: [{ model: 'gpt-good' }, { model: 'claude-good' }],
          hedge: { afterMs: 50 },
        },
        { name: 'alias-bad', candidates: [{ model: 'gpt-bad' }], fallbacks: { default: ['claude-bad'] } },
      ],
      prices: { '*good': { input: 1, output: 2 } },
      // Upstreams that fail on purpose are asked again and again.
      routing: { retry: { repeats: 1, baseMs: 1, maxMs: 5 }, breaker: { failures: 1_000_000 }, waitMs: 50 },
      server: { port: 0, keepAliveMs: 50, shutdownGraceMs: 500, cors: ['https://app.example'] },
      log: { level: 'error', format: 'json' },
      traces: {
        record: 'full',
        // Bounded, as patterns over text of others have to be.
        redact: { paths: ['$..email', '$.messages[*].name'], patterns: ['[\\w.]{1,64}@example\\.com'] },
      },
      data: DATA,
    },
    { adminToken: ADMIN_TOKEN },
  ),
  { consoleFolder: fileURLToPath(new URL('../../console/out', import.meta.url)) },
);
const { url } = await gateway.listen();
const watch = watchStalls(STALL_MS);
serveParent({ port: Number(new URL(url).port), key: gateway.firstKey ?? '' }, (): Health => ({
  rss: process.memoryUsage.rss(),
  stalls: watch.take(),
}));
