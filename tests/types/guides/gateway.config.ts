import { openai } from '@dragoman/plugin-openai';
import { defineConfig } from 'dragoman';
import { maskedNamesPlugin } from './plugins/masked-names.ts';

export default defineConfig({
  plugins: [openai(), maskedNamesPlugin()],
  hooks: [{ id: 'names', hook: 'masked-names', options: { name: 'Ada', forbidden: ['launch code'] } }],
});
