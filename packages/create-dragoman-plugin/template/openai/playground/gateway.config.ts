import { openai } from '@dragoman/plugin-openai';
import { openAiModels, openAiReply, openAiStream, startMockUpstream } from '@dragoman/testing/upstreams';
import { isJsonObject } from '@dragoman/plugin';
import { defineConfig } from 'dragoman';
import { acme } from '../src/index.ts';

/** A server that answers; set `ACME_URL` and `ACME_KEY` to talk to a real one. */
const { ACME_URL, ACME_KEY = 'key-of-the-playground' } = process.env;
const mock = await startMockUpstream();
const lines = openAiStream([{ text: ['Hello from ', 'the playground.'] }])
  .filter(({ data }) => data !== '[DONE]')
  .map(({ data }) => `${JSON.stringify({ result: data })}\n`);
mock.handle('/v2/models', () => ({ body: openAiModels(['demo']) }));
mock.handle('/v2/chat', ({ body }) =>
  isJsonObject(body) && body['stream'] === true
    ? { headers: { 'content-type': 'application/x-ndjson' }, rawBody: lines.join('') }
    : { body: { result: openAiReply([{ text: ['Hello from the playground.'] }]) } },
);

export default defineConfig({
  plugins: [openai(), acme()],
  upstreams: [{ id: 'acme', provider: 'acme', options: { baseUrl: ACME_URL ?? mock.url, apiKey: ACME_KEY } }],
  auth: false,
  traces: { record: 'full' },
});
