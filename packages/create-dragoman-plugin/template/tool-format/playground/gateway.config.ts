import { openai } from '@dragoman/plugin-openai';
import { openAiReply, openAiStream, startMockUpstream } from '@dragoman/testing/upstreams';
import { isJsonObject } from '@dragoman/plugin';
import { defineConfig } from 'dragoman';
import { acme } from '../src/index.ts';

/** A server whose model calls a tool in text, whatever it is asked; set `ACME_URL` to talk to a real one. */
const mock = await startMockUpstream();
const text = 'Wait. [call]{"name":"get_weather","arguments":{"city":"Oslo"}}[/call]';
mock.handle('/chat/completions', ({ body }) =>
  isJsonObject(body) && body['stream'] === true
    ? { stream: openAiStream([{ text: [text] }]) }
    : { body: openAiReply([{ text: [text] }]) },
);

export default defineConfig({
  plugins: [openai(), acme()],
  upstreams: [
    {
      id: 'acme',
      provider: 'openai',
      models: { list: ['demo'] },
      options: { baseUrl: process.env['ACME_URL'] ?? mock.url },
      capabilities: { '*': { toolCalls: 'acme' } },
    },
  ],
  auth: false,
  traces: { record: 'full' },
});
