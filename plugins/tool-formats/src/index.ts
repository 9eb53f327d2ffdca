import { definePlugin, packageVersion } from '@dragoman/plugin';
import { deepseekV3, deepseekV31 } from './deepseek.ts';
import { glm45 } from './glm45.ts';
import { harmony } from './harmony.ts';
import { kimiK2 } from './kimi-k2.ts';
import { llama3 } from './llama3.ts';
import { minimaxM2 } from './minimax-m2.ts';
import { mistral } from './mistral.ts';
import { pythonic } from './pythonic.ts';
import { qwen25 } from './qwen25.ts';
import { qwen3Coder } from './qwen3-coder.ts';
import { synthetic } from './synthetic/synthetic.ts';

/** The ways in which families of open models write tool calls. */
export const toolFormats = definePlugin(() => ({
  name: 'tool-formats',
  meta: { version: packageVersion(import.meta.url), apiVersion: 1 },
  toolFormats: [
    ...[qwen25, qwen3Coder, llama3, pythonic, mistral],
    ...[deepseekV3, deepseekV31, kimiK2, glm45, minimaxM2, harmony, synthetic],
  ],
}));
