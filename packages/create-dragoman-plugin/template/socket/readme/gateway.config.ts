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
      options: {
        url: 'wss://api.example.com/chat',
        loginUrl: 'https://api.example.com/login',
        accounts: [{ user: 'ann', password: process.env['ACME_PASSWORD'] ?? '' }],
      },
    },
  ],
});
