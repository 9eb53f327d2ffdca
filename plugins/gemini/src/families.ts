import type { CapabilityTable } from '@dragoman/plugin';

/**
 * What the families of Gemini can do; later rows count more. Sources: Google's pages on models, thinking and
 * thought signatures (November 2026).
 */
export const GEMINI_FAMILIES: CapabilityTable = {
  '*': { urlImages: false },
  'gemini-1*': { toolSchema: 'openapi-subset', maxOutput: 8192 },
  'gemini-2.0*': { toolSchema: 'openapi-subset', maxOutput: 8192 },
  'gemini-2.5*': { thinking: 'budget', thinkingBudgetMin: 0, thinkingBudgetMax: 24_576, maxOutput: 65_536 },
  'gemini-2.5-pro*': { thinkingBudgetMin: 128, thinkingBudgetMax: 32_768 },
  'gemini-2.5-flash-image*': { thinking: 'none' },
  'gemini-3*': {
    thinking: 'level',
    effortLevels: ['minimal', 'low', 'medium', 'high'],
    thoughtSignatureRequired: true,
    functionResponseParts: true,
    maxOutput: 65_536,
  },
  'gemini-3*-pro*': { effortLevels: ['low', 'medium', 'high'] },
  'gemini-4*': {
    thinking: 'level',
    effortLevels: ['minimal', 'low', 'medium', 'high'],
    thoughtSignatureRequired: true,
    functionResponseParts: true,
    maxOutput: 65_536,
  },
  'gemini-4*-pro*': { effortLevels: ['low', 'medium', 'high'] },
};
