import { echo } from '@dragoman/plugin-echo';
import { defineConfig } from 'dragoman';
import { acme } from '../src/index.ts';

export default defineConfig({
  plugins: [echo(), acme()],
  upstreams: [{ id: 'echo', provider: 'echo' }],
  auth: false,
  traces: { record: 'full' },
});
