import { openai } from '@dragoman/plugin-openai';
import { defineConfig } from 'dragoman';
import { acme } from '../src/index.ts';

export default defineConfig({
  plugins: [openai(), acme()],
  upstreams: [
    {
      id: 'local',
      provider: 'openai',
      options: { baseUrl: 'http://127.0.0.1:8000/v1' },
      capabilities: { '*': { toolCalls: 'acme' } },
    },
  ],
});
