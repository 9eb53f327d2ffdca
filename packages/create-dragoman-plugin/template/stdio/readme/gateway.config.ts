import { openai } from '@dragoman/plugin-openai';
import { defineConfig } from 'dragoman';
import { acme } from '../src/index.ts';

export default defineConfig({
  plugins: [openai(), acme({ command: 'my-program' })],
  upstreams: [{ id: 'acme', provider: 'acme', models: { list: ['demo'] } }],
});
