import {
  type CacheMark,
  type Capabilities,
  type ChatRequest,
  DEFAULT_CAPABILITIES,
  type FunctionTool,
  GatewayError,
  type MediaPart,
  type Message,
  type OutputFormat,
  type ReasoningPreference,
  type Sampling,
  type TextPart,
  type ToolChoice,
  type ToolResultPart,
  type WebSearch,
} from '@dragoman/plugin';
import { describe, expect, it } from 'vitest';
import { encodeRequest as encodeAnthropic } from '../../plugins/anthropic/src/request/encode-request.ts';
import { encodeRequest as encodeGemini } from '../../plugins/gemini/src/request/encode-request.ts';
import { encodeRequest as encodeChat } from '../../plugins/openai/src/chat/request/encode-request.ts';
import { encodeRequest as encodeResponses } from '../../plugins/openai/src/responses/request/encode-request.ts';
import { chatRequest } from '@dragoman/testing';

/** A request and how one field changes it; a field that is not here does not compile. */
type Fields<T> = Readonly<Record<keyof T, Change | Exempt>>;
type Change = readonly [without: ChatRequest, within: ChatRequest];
/** Why the field is never lost. */
type Exempt = string;

const base = chatRequest('Hi.', { protocol: 'elsewhere', stream: false });
const changed = (changes: Partial<ChatRequest>, from: Partial<ChatRequest> = {}) =>
  [
    { ...base, ...from },
    { ...base, ...from, ...changes },
  ] as const;

const SAMPLING: Fields<Sampling> = {
  // Both are valid elsewhere: a value that is clamped is lost, too.
  temperature: changed({ sampling: { temperature: 1.5 } }, { sampling: { temperature: 1 } }),
  topP: changed({ sampling: { topP: 0.5 } }),
  topK: changed({ sampling: { topK: 5 } }),
  seed: changed({ sampling: { seed: 7 } }),
  presencePenalty: changed({ sampling: { presencePenalty: 1 } }),
  frequencyPenalty: changed({ sampling: { frequencyPenalty: 1 } }),
  logitBias: changed({ sampling: { logitBias: { 5: 1 } } }),
  logprobs: changed({ sampling: { logprobs: true } }),
  topLogprobs: changed({ sampling: { logprobs: true, topLogprobs: 2 } }, { sampling: { logprobs: true } }),
  count: changed({ sampling: { count: 2 } }),
};

const REASONING: Fields<ReasoningPreference> = {
  effort: changed({ reasoning: { effort: 'high' } }),
  budgetTokens: changed({ reasoning: { budgetTokens: 2_000 } }),
  adaptive: 'The model deciding for itself is what an upstream does that is told nothing.',
  off: changed({ reasoning: { off: true } }, { reasoning: { effort: 'high' } }),
  betweenTools: changed({ reasoning: { betweenTools: true } }),
  show: 'It says what comes back, which the protocol of the client writes or not.',
  includeEncrypted: 'It says what comes back, which the protocol of the client seals or not.',
};

const tool: FunctionTool = { kind: 'function', name: 'f', schema: { properties: { a: {} }, type: 'object' } };
const other: FunctionTool = { ...tool, name: 'g' };
const both = { tools: [tool, other] };
const CHOICE: Fields<ToolChoice> = {
  mode: changed({ toolChoice: { mode: 'any' } }, both),
  names: changed({ toolChoice: { mode: 'any', names: ['f'] } }, { ...both, toolChoice: { mode: 'any' } }),
  parallel: changed(
    { toolChoice: { mode: 'auto', parallel: false } },
    { ...both, toolChoice: { mode: 'auto' } },
  ),
};

const tooled = (own: Partial<FunctionTool>) => changed({ tools: [{ ...tool, ...own }] }, { tools: [tool] });
const cache: CacheMark = {};
const TOOL: Fields<Omit<FunctionTool, 'kind' | 'name'>> = {
  namespace: tooled({ namespace: 'n' }),
  description: tooled({ description: 'Does f.' }),
  schema: tooled({ schema: { properties: { b: {} }, type: 'object' } }),
  strict: tooled({ strict: true }),
  cache: tooled({ cache }),
  extensions: 'Of its own protocol only.',
};

const searched = (search: WebSearch) => {
  const hosted = { kind: 'hosted', name: 'web_search', hosted: 'web-search' } as const;
  return changed(
    { tools: [{ ...hosted, search, options: { type: 'web_search', ...search } }] },
    { tools: [hosted] },
  );
};
const SEARCH: Fields<WebSearch> = {
  allowedDomains: searched({ allowedDomains: ['a.example'] }),
  blockedDomains: searched({ blockedDomains: ['b.example'] }),
  maxUses: searched({ maxUses: 3 }),
  contextSize: searched({ contextSize: 'high' }),
  location: searched({ location: { city: 'Oslo' } }),
};

const schema = { type: 'object', properties: { a: { type: 'string' } } };
const OUTPUT: Fields<OutputFormat> = {
  type: changed({ output: { type: 'json' } }),
  name: 'It is made up where a wire requires one, and means nothing to the model.',
  description: changed(
    { output: { type: 'schema', schema, description: 'A.' } },
    { output: { type: 'schema', schema } },
  ),
  schema: changed(
    { output: { type: 'schema', schema } },
    { output: { type: 'schema', schema: { type: 'object' } } },
  ),
  strict: 'Wires that have no such field enforce every schema.',
};

const text: TextPart = { type: 'text', text: 'One.' };
const said = (...content: TextPart[]): Message => ({ role: 'user', content });
const messaged = (without: Message, within: Message) =>
  changed({ messages: [said(text), within, said(text)] }, { messages: [said(text), without, said(text)] });
const TEXT: Fields<Pick<TextPart, 'text' | 'cache'>> = {
  text: messaged(said(text), said({ ...text, text: 'Two.' })),
  cache: messaged(said(text), said({ ...text, cache })),
};
const SYSTEM: Fields<Pick<TextPart, 'cache'> & { later: unknown }> = {
  cache: changed(
    { system: [{ role: 'system', rank: 'system', content: [{ ...text, cache }] }] },
    { system: [{ role: 'system', rank: 'system', content: [text] }] },
  ),
  later: messaged(
    { role: 'system', rank: 'system', content: [text] },
    { role: 'system', rank: 'system', content: [{ ...text, cache }] },
  ),
};

const image: MediaPart = {
  ...{ type: 'media', media: 'image' },
  source: { type: 'base64', mimeType: 'image/png', data: 'AAAA' },
};
const pdf: MediaPart = {
  ...{ type: 'media', media: 'document' },
  source: { type: 'base64', mimeType: 'application/pdf', data: 'AAAA' },
};
const shown = (part: MediaPart, own: Partial<MediaPart>) =>
  messaged({ role: 'user', content: [part] }, { role: 'user', content: [{ ...part, ...own }] });
const MEDIA: Fields<Omit<MediaPart, 'type' | 'media'>> = {
  source: shown(image, { source: { type: 'base64', mimeType: 'image/png', data: 'BBBB' } }),
  name: shown(pdf, { name: 'a.pdf' }),
  detail: shown(image, { detail: 'low' }),
  transcript: 'In replies only.',
  context: shown(pdf, { context: 'Of last year.' }),
  wantsCitations: shown(pdf, { wantsCitations: true }),
  cache: shown(image, { cache }),
  extensions: 'Of its own protocol only.',
};

const result: ToolResultPart = { type: 'tool-result', callId: 'c1', content: [text] };
const answered = (part: ToolResultPart, own: Partial<ToolResultPart>) => {
  const call: Message = {
    role: 'assistant',
    content: [{ type: 'tool-call', id: 'c1', name: 'f', form: 'json', arguments: '{}' }],
  };
  const messages = (one: ToolResultPart): Message[] => [said(text), call, { role: 'user', content: [one] }];
  return changed({ messages: messages({ ...part, ...own }) }, { messages: messages(part), tools: [tool] });
};
const RESULT: Fields<
  Omit<ToolResultPart, 'type' | 'callId' | 'hosted'> & { textCache: unknown; mediaCache: unknown }
> = {
  name: 'Its call names the tool.',
  isError: answered(result, { isError: true }),
  content: answered(result, { content: [{ ...text, text: 'Two.' }] }),
  json: answered({ ...result, content: [] }, { json: { a: 1 } }),
  cache: answered(result, { cache }),
  textCache: answered(result, { content: [{ ...text, cache }] }),
  mediaCache: answered({ ...result, content: [image] }, { content: [{ ...image, cache }] }),
  extensions: 'Of its own protocol only.',
};

const asked = (own: object) => {
  const call = { type: 'tool-call', id: 'c1', name: 'f', form: 'json', arguments: '{}' } as const;
  const messages = (one: typeof call): Message[] => [
    said(text),
    { role: 'assistant', content: [text, one] },
    { role: 'user', content: [result] },
  ];
  return changed({ messages: messages({ ...call, ...own }) }, { messages: messages(call), tools: [tool] });
};
const TURN: Fields<{ text: unknown; textCache: unknown; callCache: unknown; arguments: unknown }> = {
  text: messaged(
    { role: 'assistant', content: [text] },
    { role: 'assistant', content: [{ ...text, text: 'Two.' }] },
  ),
  textCache: messaged(
    { role: 'assistant', content: [text] },
    { role: 'assistant', content: [{ ...text, cache }] },
  ),
  callCache: asked({ cache }),
  arguments: asked({ arguments: '{"a":1}' }),
};

const REQUEST: Fields<ChatRequest> = {
  protocol: 'It decides whose extensions are written.',
  model: changed({ model: 'another' }),
  stream: 'A provider answers with events either way.',
  includeUsage: 'The gateway always asks for the usage.',
  system: changed({ system: [{ role: 'system', rank: 'system', content: [text] }] }),
  messages: 'Below, part by part.',
  tools: changed({ tools: [tool] }),
  toolChoice: 'Below.',
  maxTokens: changed({ maxTokens: 100 }),
  stop: changed({ stop: ['a'] }),
  sampling: 'Below.',
  reasoning: 'Below.',
  skipSpecialTokens: 'Only servers of Chat know it, and only if their capabilities say so.',
  output: 'Below.',
  verbosity: changed({ verbosity: 'low' }),
  modalities: changed({ modalities: ['text', 'audio'] }),
  cacheKey: changed({ cacheKey: 'k' }),
  user: changed({ user: 'u' }),
  metadata: changed({ metadata: { a: 'b' } }),
  serviceTier: changed({ serviceTier: 'priority' }),
  safety: changed({ safety: [{ category: 'c' }] }),
  store: changed({ store: true }),
  serverState: changed({ serverState: { previousResponseId: 'r' } }),
  nativeOnly: 'The gateway refuses it before a provider is asked.',
  extensions: 'Of its own protocol only.',
};

const TABLES: Readonly<Record<string, Readonly<Record<string, Change | Exempt>>>> = {
  REQUEST,
  SAMPLING,
  REASONING,
  CHOICE,
  TOOL,
  SEARCH,
  OUTPUT,
  TEXT,
  SYSTEM,
  MEDIA,
  RESULT,
  TURN,
};

const ENCODERS = {
  'openai-chat': encodeChat,
  'openai-responses': encodeResponses,
  anthropic: encodeAnthropic,
  gemini: encodeGemini,
};

const MODELS: Readonly<Record<string, Partial<Capabilities>>> = {
  able: { thinking: 'adaptive', functionResponseParts: true, promptCacheBreakpoints: true },
  'with budgets': { thinking: 'budget', maxOutput: 50_000, structured: 'output_config' },
  plain: { thinking: 'none', sampling: 'none', stop: false, forcedToolChoice: false, structured: 'none' },
};

/** What is sent, and whether the client is told that something is missing there. */
interface Encoded {
  readonly body: string;
  readonly isTold: boolean;
}

function encoded(encode: typeof encodeChat, request: ChatRequest, own: Partial<Capabilities>): Encoded {
  let isTold = false;
  try {
    const capabilities = { ...DEFAULT_CAPABILITIES, ...own };
    const sent = encode(request, { capabilities, drop: () => (isTold = true) });
    return { body: JSON.stringify(sent), isTold };
  } catch (error) {
    if (GatewayError.is(error) && error.details.field !== undefined) return { body: '', isTold: true };
    throw error;
  }
}

describe.each(Object.entries(ENCODERS))('what %s cannot express', (protocol, encode) => {
  describe.each(Object.entries(MODELS))('for a model that is %s', (_, capabilities) => {
    it.each(['elsewhere', protocol])('is dropped or refused, and not lost, of clients of %s', (from) => {
      const rows = Object.entries(TABLES).flatMap(([table, fields]) =>
        Object.entries(fields).map(([field, change]) => [`${table} ${field}`, change] as const),
      );
      const lost = rows.filter(([, change]) => {
        if (typeof change === 'string') return false;
        const [without, within] = change;
        const before = encoded(encode, { ...without, protocol: from }, capabilities);
        const after = encoded(encode, { ...within, protocol: from }, capabilities);
        return after.body === before.body && !after.isTold && !before.isTold;
      });
      expect(lost.map(([name]) => name)).toEqual([]);
    });
  });
});
