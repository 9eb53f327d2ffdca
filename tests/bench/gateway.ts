/** The gateway as in production: with keys, JSON logs on, one upstream. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openai } from '@dragoman/plugin-openai';
import { resolveConfig } from '../../core/src/config/resolve.ts';
import { createGateway } from '../../core/src/gateway.ts';
import { announceUrl, answerCpu } from './child.ts';

const data = mkdtempSync(join(tmpdir(), 'dragoman-bench-'));
process.on('exit', () => rmSync(data, { recursive: true, force: true }));

const gateway = await createGateway(
  resolveConfig({
    plugins: [openai()],
    upstreams: [
      {
        id: 'mock',
        provider: 'openai',
        passThrough: process.env['PASS_THROUGH'] !== 'false',
        models: { list: ['bench'] },
        options: { baseUrl: `${process.env['UPSTREAM']}/v1`, apiKey: 'sk-bench' },
      },
    ],
    server: { port: 0 },
    log: { level: 'info', format: 'json' },
    data,
  }),
);
const { url } = await gateway.listen();
announceUrl(url, gateway.firstKey ?? '');
answerCpu();
