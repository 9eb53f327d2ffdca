import { openai } from '@dragoman/plugin-openai';
import { defineConfig } from 'dragoman';
import { acme } from '../src/index.ts';

export default defineConfig({
  plugins: [openai(), acme({ ms: 5000 })],
  upstreams: [{ id: 'openai', provider: 'openai', options: { apiKey: process.env['OPENAI_API_KEY'] ?? '' } }],
});
