import { defineConfig } from 'dragoman';
import { openai } from '@dragoman/plugin-openai';
import { toolFormats } from '@dragoman/plugin-tool-formats';

export default defineConfig({
  plugins: [openai(), toolFormats()],
  upstreams: [
    {
      id: 'local',
      provider: 'openai',
      options: { baseUrl: 'http://127.0.0.1:8000/v1' },
      capabilities: { 'qwen*': { toolCalls: 'qwen25' } },
    },
  ],
});
