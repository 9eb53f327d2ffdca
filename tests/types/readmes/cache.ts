import { cache } from '@dragoman/plugin-cache';
import { defineConfig } from 'dragoman';

export default defineConfig({
  plugins: [cache()],
  hooks: [{ id: 'answers', hook: 'cache', onError: 'open', options: { ttlSeconds: 3600 } }],
});
