import { type CapabilityTable, defineProvider, type HeaderMap, headerText, secret } from '@dragoman/plugin';
import { z } from 'zod';
import { openaiCompatible } from './compatible.ts';
import { OPENAI_FAMILIES } from './families.ts';

/** What compatible servers leave in the text, as options of any of their upstreams. */
const textOptions = {
  toolCalls: z.string().min(1).optional().meta({
    title: 'Tool calls',
    description:
      'The tool format of its models if the server does not read their calls itself, such as `qwen25`. Default: `native`.',
  }),
  reasoning: z
    .enum(['none', 'tagged', 'prefilled'])
    .optional()
    .meta({
      title: 'Thoughts in the text',
      description:
        'Whether its models write their thoughts into the text: `tagged` after `<think>`, or `prefilled` if the ' +
        'template wrote that tag. Default: `tagged` with a tool format, else `none`.',
    }),
};

const options = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://api.openai.com/v1')
    .meta({ title: 'Base URL', description: 'The URL without `/chat/completions`, as in OpenAI SDKs.' }),
  apiKey: secret(
    z
      .string()
      .trim()
      .min(1)
      .optional()
      .meta({ title: 'API key', description: 'Optional for many local servers.' }),
  ),
  organization: headerText(z.string().min(1))
    .optional()
    .meta({ title: 'Organization', description: 'The `OpenAI-Organization` header.' }),
  project: headerText(z.string().min(1))
    .optional()
    .meta({ title: 'Project', description: 'The `OpenAI-Project` header.' }),
  wire: z
    .enum(['chat', 'responses', 'auto'])
    .optional()
    .meta({
      title: 'API',
      description:
        'Chat Completions, which every server supports, or Responses, which preserves reasoning between turns. ' +
        '`auto` chooses per request. Default: `auto` for OpenAI itself, else `chat`.',
    }),
  headers: secret(
    z
      .record(z.string().regex(/^[\w-]+$/, 'must be the name of a header'), z.string())
      .optional()
      .meta({
        title: 'Extra headers',
        description: 'Sent with every request, for example the key of a proxy.',
      }),
  ),
  ...textOptions,
});

export const openaiProvider = defineProvider({
  name: 'openai',
  title: 'OpenAI and compatible APIs',
  description:
    'OpenAI, and every server with a compatible API: vLLM, SGLang, Ollama, DashScope, OpenRouter, …',
  options,
  capabilities: OPENAI_FAMILIES,
  capabilitiesOf: textCapabilities,
  create: ({ baseUrl, apiKey, organization, project, headers, wire }) =>
    openaiCompatible({
      baseUrl,
      wire: wire ?? (new URL(baseUrl).hostname === 'api.openai.com' ? 'auto' : 'chat'),
      headers: {
        ...(apiKey && { authorization: `Bearer ${apiKey}` }),
        ...(organization && { 'openai-organization': organization }),
        ...(project && { 'openai-project': project }),
        ...lowerCased(headers ?? {}),
      },
    }),
});

/** Those options as capabilities of all models. */
function textCapabilities({
  toolCalls,
  reasoning,
}: {
  readonly toolCalls?: string | undefined;
  readonly reasoning?: 'none' | 'tagged' | 'prefilled' | undefined;
}): CapabilityTable {
  return { '*': { ...(toolCalls !== undefined && { toolCalls }), ...(reasoning && { reasoning }) } };
}

function lowerCased(headers: HeaderMap): HeaderMap {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
