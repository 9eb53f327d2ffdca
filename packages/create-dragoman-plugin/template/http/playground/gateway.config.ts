import { openai } from '@dragoman/plugin-openai';
import { startMockUpstream } from '@dragoman/testing/upstreams';
import { defineConfig } from 'dragoman';
import { acme } from '../src/index.ts';

/** A server that answers; set `ACME_URL` and `ACME_KEY` to talk to a real one. */
const { ACME_URL, ACME_KEY = 'key-of-the-playground' } = process.env;
const mock = await startMockUpstream();
mock.handle('/say', ({ rawBody }) => ({ rawBody: `You said: ${rawBody.toString()}` }));

export default defineConfig({
  plugins: [openai(), acme()],
  upstreams: [
    {
      id: 'acme',
      provider: 'acme',
      models: { list: ['demo'] },
      options: { baseUrl: ACME_URL ?? mock.url, apiKey: ACME_KEY },
    },
  ],
  auth: false,
  traces: { record: 'full' },
});
