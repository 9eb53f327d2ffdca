import { defineConfig } from 'dragoman';
import { echo } from '@dragoman/plugin-echo';

export default defineConfig({
  plugins: [echo()],
  upstreams: [{ id: 'echo', provider: 'echo', options: { delayMs: 20 } }],
});
