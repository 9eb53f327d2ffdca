import { defineConfig } from 'dragoman';
import { openai } from '@dragoman/plugin-openai';

export default defineConfig({
  plugins: [openai()],
  upstreams: [{ id: 'openai', provider: 'openai', options: { apiKey: process.env['OPENAI_API_KEY'] } }],
});
