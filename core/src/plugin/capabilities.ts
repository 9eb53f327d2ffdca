import { z } from 'zod';
import { matchesPattern } from '../text/pattern.ts';

/**
 * What an upstream model can do and how it wants to be asked. Every quirk of a model is a field here, so that
 * no code tests a model's or a provider's name.
 */
export const capabilitiesSchema = z.strictObject({
  thinking: z.enum(['none', 'budget', 'adaptive', 'always-adaptive', 'level']),
  thinkingBudgetMin: z.int().nonnegative(),
  thinkingBudgetMax: z.int().positive(),
  effortLevels: z.array(z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])),
  sampling: z.enum(['full', 'temperature', 'none']),
  stop: z.boolean(),
  maxTokensParam: z.enum(['max_completion_tokens', 'max_tokens']),
  maxOutput: z.int().positive(),
  forcedToolChoice: z.boolean(),
  midSystem: z.boolean(),
  systemFirstOnly: z.boolean(),
  developerRole: z.boolean(),
  toolMessageParts: z.boolean(),
  functionResponseParts: z.boolean(),
  structured: z.enum(['native', 'output_config', 'json_object', 'none']),
  toolSchema: z.enum(['json-schema', 'openapi-subset']),
  thoughtSignatureRequired: z.boolean(),
  reasoningReplay: z.enum(['none', 'reasoning_content', 'native']),
  promptCacheBreakpoints: z.boolean(),
  urlImages: z.boolean(),
  toolsWithEffort: z.boolean(),
});

type All = z.output<typeof capabilitiesSchema>;
type WithoutDefault = 'thinkingBudgetMin' | 'thinkingBudgetMax' | 'maxOutput';
export type Capabilities = Readonly<Omit<All, WithoutDefault> & Partial<Pick<All, WithoutDefault>>>;

/** What is assumed of a model that nothing is said about. */
export const DEFAULT_CAPABILITIES: Capabilities = {
  thinking: 'none',
  effortLevels: ['low', 'medium', 'high'],
  sampling: 'full',
  stop: true,
  maxTokensParam: 'max_completion_tokens',
  forcedToolChoice: true,
  midSystem: false,
  systemFirstOnly: false,
  developerRole: true,
  toolMessageParts: true,
  functionResponseParts: false,
  structured: 'native',
  toolSchema: 'json-schema',
  thoughtSignatureRequired: false,
  reasoningReplay: 'none',
  promptCacheBreakpoints: false,
  urlImages: true,
  toolsWithEffort: true,
};

/** Capabilities by model name, where `*` stands for any text; of rows that match, later ones count. */
export type CapabilityTable = Readonly<Record<string, Partial<All>>>;

/** Models that decide themselves how long to think take every level. */
const ADAPTIVE_LEVELS: Capabilities['effortLevels'] = ['low', 'medium', 'high', 'xhigh', 'max'];

/** The rows of a table that are about a model, in their order. */
export function rowsFor(model: string, table: CapabilityTable): readonly Partial<All>[] {
  return Object.entries(table).flatMap(([pattern, row]) => (matchesPattern(pattern, model) ? [row] : []));
}

/** What a model can do: the defaults, then every row in order. */
export function resolveCapabilities(rows: readonly Partial<All>[]): Capabilities {
  const known: Partial<All> = Object.assign({}, ...rows);
  const isAdaptive = known.thinking === 'adaptive' || known.thinking === 'always-adaptive';
  return { ...DEFAULT_CAPABILITIES, ...(isAdaptive && { effortLevels: ADAPTIVE_LEVELS }), ...known };
}
