import { defineConfig } from 'dragoman';
import { anthropic } from '@dragoman/plugin-anthropic';

const { ANTHROPIC_API_KEY } = process.env;

export default defineConfig({
  plugins: [anthropic()],
  upstreams: [
    ANTHROPIC_API_KEY && {
      id: 'anthropic',
      provider: 'anthropic',
      options: { apiKey: ANTHROPIC_API_KEY },
      capabilities: { 'house-model': { thinking: 'budget', maxOutput: 32_000 } },
    },
  ],
});
