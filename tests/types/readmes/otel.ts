import { defineConfig } from 'dragoman';
import { otel } from '@dragoman/plugin-otel';

export default defineConfig({
  plugins: [otel({ endpoint: 'http://127.0.0.1:4318' })],
});
