/** The gateway as in production: with keys and a JSON log of every request. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anthropic } from '@dragoman/plugin-anthropic';
import { guard } from '@dragoman/plugin-guard';
import { openai } from '@dragoman/plugin-openai';
import { resolveConfig } from '../../core/src/config/resolve.ts';
import { createGateway } from '../../core/src/gateway.ts';
import { measure, serveParent } from './child.ts';
import { CLAUDE, CROWD, GATEWAYS, MODELS } from './scenarios.ts';

const kind = process.env['GATEWAY'] as keyof typeof GATEWAYS;
/** What is kept of requests; the other gateways keep nothing, and count nothing. */
const RECORDS: Partial<Record<typeof kind, 'full' | 'no-bodies'>> = {
  recording: 'full',
  noting: 'no-bodies',
};
const data = mkdtempSync(join(tmpdir(), 'dragoman-bench-'));
process.on('exit', () => rmSync(data, { recursive: true, force: true }));

const openaiUpstream = (id: string, models: readonly string[]) => ({
  ...{ id, provider: 'openai', ...GATEWAYS[kind], models: { list: [...models] } },
  options: { baseUrl: `${process.env['UPSTREAM']}/v1`, apiKey: 'sk-bench' },
});
const crowd = Array.from({ length: CROWD.upstreams }, (_, at) => `other${at}`);
const others = {
  passing: [],
  recording: [],
  noting: [],
  translating: [],
  crowded: crowd.map((id) =>
    openaiUpstream(
      id,
      Array.from({ length: CROWD.models }, (_, n) => `${id}-${n}`),
    ),
  ),
  pooled: crowd.map((id) => openaiUpstream(id, Object.values(MODELS))),
  unhooked: [],
  guarded: [],
};
/** In replies, too, where the guard has to hold back what may be a match. */
const privacy = {
  ...{ id: 'privacy', hook: 'guard' },
  options: { emails: 'mask', creditCards: 'mask', places: ['messages', 'reply'] },
};
const HOOKS: Partial<Record<typeof kind, readonly object[]>> = {
  unhooked: [{ ...privacy, on: { keys: ['another key'] } }],
  guarded: [privacy],
};

const gateway = await createGateway(
  resolveConfig({
    plugins: [openai(), anthropic(), guard()],
    hooks: HOOKS[kind] ?? [],
    upstreams: [
      openaiUpstream('mock', Object.values(MODELS)),
      ...others[kind],
      {
        id: 'claude',
        provider: 'anthropic',
        models: { list: Object.values(CLAUDE) },
        options: { baseUrl: process.env['UPSTREAM'] ?? '', apiKey: 'sk-bench' },
      },
    ],
    server: { port: 0 },
    log: { level: 'info', format: 'json' },
    traces: { record: RECORDS[kind] ?? 'off' },
    metrics: { enabled: kind in RECORDS },
    data,
  }),
);
const { url } = await gateway.listen();
serveParent({ port: Number(new URL(url).port), key: gateway.firstKey ?? '' }, measure);
