import { openai } from '@dragoman/plugin-openai';
import { startMockSocket, startMockUpstream } from '@dragoman/testing/upstreams';
import { defineConfig } from 'dragoman';
import { acme } from '../src/index.ts';

/** Servers that answer; set the variables to talk to real ones. */
const { ACME_URL, ACME_LOGIN_URL, ACME_USER = 'ann', ACME_PASSWORD = 'open sesame' } = process.env;
const login = await startMockUpstream();
login.handle('/login', () => ({ body: { token: 'token-of-the-playground', seconds: 3600 } }));
const socket = await startMockSocket();
socket.handle(() => ({
  messages: [{ ready: true }, { text: 'Hello from the playground.' }, { done: true }],
}));

export default defineConfig({
  plugins: [openai(), acme()],
  upstreams: [
    {
      id: 'acme',
      provider: 'acme',
      models: { list: ['demo'] },
      options: {
        url: ACME_URL ?? socket.url,
        loginUrl: ACME_LOGIN_URL ?? `${login.url}/login`,
        accounts: [{ user: ACME_USER, password: ACME_PASSWORD }],
      },
    },
  ],
  auth: false,
  traces: { record: 'full' },
});
