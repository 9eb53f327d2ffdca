import { openai } from '@dragoman/plugin-openai';
import { defineConfig } from 'dragoman';
import { acme } from '../src/index.ts';

export default defineConfig({
  plugins: [openai(), acme()],
  upstreams: [
    {
      id: 'acme',
      provider: 'acme',
      models: { list: ['demo'] },
      options: { baseUrl: 'https://api.example.com', apiKey: process.env['ACME_KEY'] ?? '' },
    },
  ],
});
