import type { CapabilityTable } from '@dragoman/plugin';

/**
 * What the families of Claude can do; later rows count more, so a new model of a family takes the newest known
 * row. Sources: Anthropic's pages on models, effort, adaptive and preserved thinking (November 2026).
 */
export const CLAUDE_FAMILIES: CapabilityTable = {
  'claude-*': { structured: 'output_config' },

  'claude-3-*': { maxOutput: 4096, structured: 'none' },
  'claude-3-5-*': { maxOutput: 8192 },
  'claude-3-7-*': { thinking: 'budget', maxOutput: 64_000 },

  'claude-opus-4*': { thinking: 'budget', maxOutput: 32_000 },
  'claude-sonnet-4*': { thinking: 'budget', maxOutput: 64_000 },
  'claude-haiku-4*': { thinking: 'budget', maxOutput: 64_000 },
  'claude-opus-4-5*': { maxOutput: 64_000 },
  'claude-*-4-6*': { thinking: 'adaptive' },
  'claude-opus-4-6*': { maxOutput: 128_000 },
  // From here on, any sampling but the default is refused.
  'claude-*-4-7*': { thinking: 'adaptive', sampling: 'none', maxOutput: 128_000 },
  'claude-*-4-8*': { thinking: 'adaptive', sampling: 'none', maxOutput: 128_000 },
  'claude-opus-4-8*': { midSystem: true },

  'claude-opus-5*': { thinking: 'adaptive', sampling: 'none', midSystem: true, maxOutput: 128_000 },
  'claude-sonnet-5*': { thinking: 'adaptive', sampling: 'none', maxOutput: 128_000 },
  'claude-haiku-5*': { thinking: 'adaptive', sampling: 'none', midSystem: true, maxOutput: 64_000 },
  'claude-fable-5*': { thinking: 'adaptive', sampling: 'none', midSystem: true, maxOutput: 128_000 },
  'claude-*-5-5*': { forcedToolChoice: false, midSystem: true },
  'claude-opus-5-5*': { thinking: 'always-adaptive' },
  'claude-fable-5-1*': { thinking: 'always-adaptive', forcedToolChoice: false },
};
