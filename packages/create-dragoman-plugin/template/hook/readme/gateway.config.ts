import { openai } from '@dragoman/plugin-openai';
import { defineConfig } from 'dragoman';
import { acme } from '../src/index.ts';

export default defineConfig({
  plugins: [openai(), acme()],
  upstreams: [{ id: 'openai', provider: 'openai', options: { apiKey: process.env['OPENAI_API_KEY'] ?? '' } }],
  hooks: [{ id: 'acme', hook: 'acme', options: { words: ['unicorn'] } }],
});
