import { z } from 'zod';
import { matchesPattern } from '../text/pattern.ts';

/**
 * What a model can do and what its upstream accepts. A quirk of a model is a field here, so that no code compares the
 * name of a model or provider. A provider has a table of its model families; an upstream's `capabilities` in the
 * configuration override it. {@link DEFAULT_CAPABILITIES} has the defaults.
 */
export const capabilitiesSchema = z.strictObject({
  /**
   * How thinking is controlled. `none`: not at all. `budget`: by a number of tokens. `level`: by an effort. `adaptive`:
   * by an effort, and the model decides how long. `always-adaptive`: the same, and it cannot be switched off.
   */
  thinking: z.enum(['none', 'budget', 'adaptive', 'always-adaptive', 'level']),
  /** The smallest thinking budget, in tokens. Absent: 1,024 for Anthropic, 0 for Gemini. */
  thinkingBudgetMin: z.int().nonnegative(),
  /** The largest thinking budget, in tokens. Absent: three quarters of the answer's limit for Anthropic, 24,576 for Gemini. */
  thinkingBudgetMax: z.int().positive(),
  /** The efforts that the model has. Others become the nearest lower one, else the lowest. */
  effortLevels: z.array(z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])),
  /** Which sampling parameters it accepts: all of its wire, `temperature` alone, or none. Others are dropped. */
  sampling: z.enum(['full', 'temperature', 'none']),
  /** Whether it accepts stop sequences. */
  stop: z.boolean(),
  /** The name of the token limit on Chat's wire. Many compatible servers know only `max_tokens`. */
  maxTokensParam: z.enum(['max_completion_tokens', 'max_tokens']),
  /** The maximum number of answer tokens. Limits reserve this many, and it caps Anthropic's `max_tokens`. */
  maxOutput: z.int().positive(),
  /** Whether a tool call can be forced. If not, an instruction in the prompt asks for it. */
  forcedToolChoice: z.boolean(),
  /** Whether it accepts system messages within the conversation. If not, they become marked user texts. Anthropic. */
  midSystem: z.boolean(),
  /** Whether it accepts only one system message, at the beginning. Chat: templates of some open models. */
  systemFirstOnly: z.boolean(),
  /** Whether it knows the role `developer`. If not, such messages have the role `system`. Chat. */
  developerRole: z.boolean(),
  /** Whether the result of a tool may be several text parts. If not, they are joined. Chat. */
  toolMessageParts: z.boolean(),
  /** Whether a tool result may contain media. If not, it follows as separate content. Gemini. */
  functionResponseParts: z.boolean(),
  /**
   * How it produces JSON. `native`: from a schema, like OpenAI and Gemini. `output_config`: from a schema, like Anthropic.
   * `json_object`: any JSON; the schema goes into the prompt. `none`: only the prompt asks for it.
   */
  structured: z.enum(['native', 'output_config', 'json_object', 'none']),
  /** The schema dialect. `openapi-subset` is Gemini's older one; schemas are reduced to it. */
  toolSchema: z.enum(['json-schema', 'openapi-subset']),
  /** Whether the first tool call of a turn must carry a signature. Calls from elsewhere get a placeholder. Gemini. */
  thoughtSignatureRequired: z.boolean(),
  /** Whether earlier reasoning is sent back on Chat's wire: `reasoning_content` does so in turns with tool calls. */
  reasoningReplay: z.enum(['none', 'reasoning_content']),
  /** Whether it accepts OpenAI's `prompt_cache_breakpoint`. Anthropic's cache marks do not depend on this. */
  promptCacheBreakpoints: z.boolean(),
  /** Whether it accepts images by URL. If not, `context.fetchFiles` fetches them first. For Gemini, all files but videos. */
  urlImages: z.boolean(),
  /** Whether it accepts an effort in a request with tools. If not, the effort is dropped. Chat. */
  toolsWithEffort: z.boolean(),
  /**
   * How it calls tools. `native`: its upstream reads its calls. Any other value is the name of a tool format, such as
   * `qwen25`: the gateway writes the tools into the prompt and reads the calls of the reply.
   */
  toolCalls: z.string().min(1),
  /**
   * What an upstream of a tool format gets of the tools. `omit`: only the prompt has them. `choice-none`: the tools, with
   * the choice `none`, for servers whose template writes them. `passthrough`: everything, and no stream; the calls that the
   * upstream reads count only if the text has none.
   */
  toolTransport: z.enum(['omit', 'choice-none', 'passthrough']),
  /**
   * How often it is asked again if it had to call a tool of a tool format and did not. Absent: what the format says, which
   * is 0 for those that models are trained on.
   */
  toolCallRetries: z.int().min(0).max(5),
  /**
   * Where thoughts are in its text. `none`: nowhere. `tagged`: at the start, if it has the opening tag. `prefilled`: at the
   * start, after a tag that the template wrote. Absent: `tagged` with a tool format, else `none`.
   */
  reasoning: z.enum(['none', 'tagged', 'prefilled']),
  /**
   * Sent on Chat's wire where calls or thoughts are read from text: with `false`, servers keep the tokens of the template
   * that mark them. Absent: not sent, for servers that do not know it.
   */
  skipSpecialTokens: z.boolean(),
});

type All = z.output<typeof capabilitiesSchema>;
type WithoutDefault =
  | 'thinkingBudgetMin'
  | 'thinkingBudgetMax'
  | 'maxOutput'
  | 'reasoning'
  | 'skipSpecialTokens'
  | 'toolCallRetries';

/** The capabilities of one model. Fields without a default are absent unless a row sets them. */
export type Capabilities = Readonly<Omit<All, WithoutDefault> & Partial<Pick<All, WithoutDefault>>>;

/** What a model can do unless a row says otherwise. */
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
  toolCalls: 'native',
  toolTransport: 'omit',
};

/**
 * Capabilities by model name, where `*` matches any text: `{ 'o*': { sampling: 'none' } }`. All matching rows apply;
 * later ones override earlier ones field by field.
 */
export type CapabilityTable = Readonly<Record<string, Partial<All>>>;

/** Models that decide themselves how long to think accept every level. */
const ADAPTIVE_LEVELS: Capabilities['effortLevels'] = ['low', 'medium', 'high', 'xhigh', 'max'];

/** The rows of a table that match a model, in order. */
export function rowsFor(model: string, table: CapabilityTable): readonly Partial<All>[] {
  return Object.entries(table).flatMap(([pattern, row]) => (matchesPattern(pattern, model) ? [row] : []));
}

/** What a model can do: the defaults, then every row in order. */
export function resolveCapabilities(rows: readonly Partial<All>[]): Capabilities {
  const known: Partial<All> = Object.assign({}, ...rows);
  const isAdaptive = known.thinking === 'adaptive' || known.thinking === 'always-adaptive';
  return { ...DEFAULT_CAPABILITIES, ...(isAdaptive && { effortLevels: ADAPTIVE_LEVELS }), ...known };
}
