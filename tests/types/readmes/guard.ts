import { guard } from '@dragoman/plugin-guard';
import { defineConfig } from 'dragoman';

export default defineConfig({
  plugins: [guard()],
});
