import type { CapabilityTable } from '@dragoman/plugin';

const REASONING = { thinking: 'level', sampling: 'none', stop: false } as const;
/** What servers of open models take, whose chat templates know the system's role only. */
const COMPATIBLE = { developerRole: false, maxTokensParam: 'max_tokens' } as const;

/**
 * What the families can do that are served by this wire; later rows count more. Sources: OpenAI's model pages
 * and the documentation of the servers of open models (November 2026).
 */
export const OPENAI_FAMILIES: CapabilityTable = {
  'gpt-3.5-*': { developerRole: false, structured: 'json_object' },
  'o1*': REASONING,
  'o3*': REASONING,
  'o4-*': REASONING,
  'gpt-5*': { ...REASONING, effortLevels: ['minimal', 'low', 'medium', 'high'] },
  'gpt-5.*': { ...REASONING, effortLevels: ['none', 'low', 'medium', 'high', 'xhigh'] },
  'gpt-5.1*': { effortLevels: ['none', 'low', 'medium', 'high'] },
  'gpt-5-chat*': { thinking: 'none', sampling: 'full', stop: true },
  // On chat completions these take no effort together with function tools.
  'gpt-5.6*': { toolsWithEffort: false, promptCacheBreakpoints: true },
  'gpt-6*': {
    ...REASONING,
    effortLevels: ['none', 'low', 'medium', 'high', 'xhigh', 'max'],
    toolsWithEffort: false,
    promptCacheBreakpoints: true,
  },

  'deepseek-*': { ...COMPATIBLE, structured: 'json_object', reasoningReplay: 'reasoning_content' },
  'qwen*': { ...COMPATIBLE, systemFirstOnly: true },
  'glm-*': { ...COMPATIBLE, structured: 'json_object', reasoningReplay: 'reasoning_content' },
  'kimi-*': { ...COMPATIBLE, reasoningReplay: 'reasoning_content' },
  'llama*': COMPATIBLE,
  'mistral-*': COMPATIBLE,
  'gemma*': { ...COMPATIBLE, systemFirstOnly: true },
};
