import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';

interface Asked {
  readonly url: string;
  readonly key: string;
  readonly stream: boolean;
}

const [model, text, limit] = ['m', 'How are you?', 100] as const;

const openAi = ({ url, key }: Asked): OpenAI =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });

/** Asks the same question by the official SDK of each protocol, and tells the text of the answer. */
export const ASK_BY_SDK = {
  async chat(asked: Asked) {
    const request = {
      model,
      max_completion_tokens: limit,
      messages: [{ role: 'user' as const, content: text }],
    };
    const { completions } = openAi(asked).chat;
    const completion = await (asked.stream
      ? completions.stream(request).finalChatCompletion()
      : completions.create(request));
    return completion.choices[0]?.message.content ?? '';
  },
  async responses(asked: Asked) {
    const request = { model, max_output_tokens: limit, store: false, input: text };
    const { responses } = openAi(asked);
    const response = await (asked.stream
      ? responses.stream(request).finalResponse()
      : responses.create(request));
    return response.output_text;
  },
  async messages({ url, key, stream }: Asked) {
    const request = { model, max_tokens: limit, messages: [{ role: 'user' as const, content: text }] };
    const { messages } = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 });
    const message = await (stream ? messages.stream(request).finalMessage() : messages.create(request));
    return message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  },
  async gemini({ url, key, stream }: Asked) {
    const { models } = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } });
    const request = { model, contents: text, config: { maxOutputTokens: limit } };
    if (!stream) return (await models.generateContent(request)).text ?? '';
    let all = '';
    for await (const chunk of await models.generateContentStream(request)) all += chunk.text ?? '';
    return all;
  },
} satisfies Readonly<Record<string, (asked: Asked) => Promise<string>>>;
