import { echo } from '@dragoman/plugin-echo';
import { openai } from '@dragoman/plugin-openai';
import { defineConfig } from 'dragoman';
import { acme } from '../src/index.ts';

export default defineConfig({
  plugins: [openai(), echo(), acme({ ms: 0 })],
  upstreams: [{ id: 'echo', provider: 'echo' }],
  auth: false,
  traces: { record: 'full' },
});
