import { anthropic } from '@dragoman/plugin-anthropic';
import { echo } from '@dragoman/plugin-echo';
import { gemini } from '@dragoman/plugin-gemini';
import { openai } from '@dragoman/plugin-openai';
import { toolFormats } from '@dragoman/plugin-tool-formats';
import { defineConfig } from 'dragoman';

const { OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, DASHSCOPE_API_KEY, OLLAMA_BASE_URL } = process.env;

/** API keys come from the environment or from `.env` next to this file. Without any, only the offline `echo` is available. */
export default defineConfig({
  plugins: [openai(), anthropic(), gemini(), echo(), toolFormats()],
  // Traces store full prompts and replies. `no-bodies` stores only the caller, time, duration and cost; `off` nothing.
  // Levels of keys and upstreams, and redaction rules, can reduce this (docs/traces.md).
  traces: { record: 'full' },
  upstreams: [
    { id: 'echo', provider: 'echo' },
    OPENAI_API_KEY && { id: 'openai', provider: 'openai', options: { apiKey: OPENAI_API_KEY } },
    ANTHROPIC_API_KEY && {
      id: 'anthropic',
      provider: 'anthropic',
      options: { apiKey: ANTHROPIC_API_KEY },
    },
    GEMINI_API_KEY && { id: 'gemini', provider: 'gemini', options: { apiKey: GEMINI_API_KEY } },
    DASHSCOPE_API_KEY && {
      id: 'dashscope',
      provider: 'openai',
      // Keys are bound to a region; this is the international one. Mainland: https://dashscope.aliyuncs.com/…
      options: {
        baseUrl: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
        apiKey: DASHSCOPE_API_KEY,
      },
    },
    OLLAMA_BASE_URL && {
      id: 'ollama',
      provider: 'openai',
      options: { baseUrl: `${OLLAMA_BASE_URL.replace(/\/+$/, '')}/v1` },
    },
  ],
});
