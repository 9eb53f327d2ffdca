import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, jsonSchema, type LanguageModel, Output, streamText, tool } from 'ai';
import type { Answer, Client, Gateway, Question } from './client.ts';

type Settings = Parameters<typeof generateText>[0];
type ProviderOptions = NonNullable<Settings['providerOptions']>;

/** The AI SDK with one of its providers. `reasoning` asks for it in the provider's own words. */
function aiSdkClient(
  name: string,
  modelOf: (gateway: Gateway, model: string) => LanguageModel,
  reasoning: ProviderOptions,
): Client {
  return {
    name,
    finishes: { stop: 'stop', calls: 'tool-calls' },
    connect: (gateway) => async (question) => {
      const settings = settingsOf(question, modelOf(gateway, question.model), reasoning);
      return question.stream ? readStream(settings) : readWhole(settings);
    },
  };
}

function settingsOf(question: Question, model: LanguageModel, reasoning: ProviderOptions): Settings {
  const { text, image, tools = [], wantsReasoning, answerSchema } = question;
  const picture = image ? [{ type: 'file' as const, data: image, mediaType: 'image/png' }] : [];
  const entries = tools.map(({ name, schema }) => [name, tool({ inputSchema: jsonSchema({ ...schema }) })]);
  return {
    model,
    maxRetries: 0,
    maxOutputTokens: 4000,
    messages: [{ role: 'user', content: [{ type: 'text', text }, ...picture] }],
    ...(tools.length > 0 && { tools: Object.fromEntries(entries) as NonNullable<Settings['tools']> }),
    ...(wantsReasoning && { providerOptions: reasoning }),
    ...(answerSchema && { output: Output.object({ schema: jsonSchema({ ...answerSchema }) }) }),
  };
}

interface Result {
  readonly text: string;
  readonly reasoningText: string | undefined;
  readonly toolCalls: readonly { readonly toolName: string; readonly input: unknown }[];
  readonly finishReason: string;
  readonly usage: { readonly inputTokens: number | undefined; readonly outputTokens: number | undefined };
}

async function readWhole(settings: Settings): Promise<Answer> {
  return answerOf(await generateText(settings));
}

async function readStream(settings: Settings): Promise<Answer> {
  const stream = streamText({ ...settings, onError: () => {} });
  for await (const part of stream.fullStream) if (part.type === 'error') throw part.error;
  return answerOf({
    text: await stream.text,
    reasoningText: await stream.reasoningText,
    toolCalls: await stream.toolCalls,
    finishReason: await stream.finishReason,
    usage: await stream.usage,
  });
}

function answerOf({ text, reasoningText = '', toolCalls, finishReason, usage }: Result): Answer {
  return {
    text,
    reasoning: reasoningText,
    calls: toolCalls.map(({ toolName, input }) => ({ name: toolName, args: input })),
    finish: finishReason,
    tokens: { input: usage.inputTokens ?? 0, output: usage.outputTokens ?? 0 },
  };
}

export const aiSdkClients: readonly Client[] = [
  aiSdkClient(
    'ai sdk, openai',
    ({ url, key }, model) => createOpenAI({ baseURL: `${url}/v1`, apiKey: key }).responses(model),
    { openai: { reasoningEffort: 'medium', reasoningSummary: 'auto', forceReasoning: true, store: false } },
  ),
  aiSdkClient(
    'ai sdk, anthropic',
    ({ url, key }, model) => createAnthropic({ baseURL: `${url}/v1`, apiKey: key })(model),
    { anthropic: { thinking: { type: 'enabled', budgetTokens: 2000 } } },
  ),
  aiSdkClient(
    'ai sdk, google',
    ({ url, key }, model) => createGoogleGenerativeAI({ baseURL: `${url}/v1beta`, apiKey: key })(model),
    { google: { thinkingConfig: { includeThoughts: true, thinkingBudget: 2000 } } },
  ),
];
