import { echo } from '@dragoman/plugin-echo';
import { openai } from '@dragoman/plugin-openai';
import { defineConfig } from 'dragoman';
import { acme } from '../src/index.ts';

export default defineConfig({
  plugins: [openai(), echo(), acme()],
  upstreams: [{ id: 'echo', provider: 'echo' }],
  hooks: [{ id: 'acme', hook: 'acme', options: { words: ['unicorn'] } }],
  auth: false,
  traces: { record: 'full' },
});
