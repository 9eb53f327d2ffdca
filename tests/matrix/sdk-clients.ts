import Anthropic from '@anthropic-ai/sdk';
import { type GenerateContentParameters, type GenerateContentResponse, GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import type { Answer, Client, Question } from './client.ts';

const dataUrl = (image: string): string => `data:image/png;base64,${image}`;

export const openAiChat: Client = {
  name: 'openai, chat',
  finishes: { stop: 'stop', calls: 'tool_calls' },
  connect({ url, key }) {
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
    return async (question) => {
      const request = chatRequest(question);
      let reasoning = '';
      let completion: OpenAI.ChatCompletion;
      if (question.stream) {
        const stream = client.chat.completions.stream({
          ...request,
          stream_options: { include_usage: true },
        });
        stream.on('chunk', ({ choices }) => {
          reasoning += reasoningOf(choices[0]?.delta);
        });
        completion = await stream.finalChatCompletion();
      } else {
        completion = await client.chat.completions.create(request);
        reasoning = reasoningOf(completion.choices[0]?.message);
      }
      const [choice] = completion.choices;
      return {
        text: choice?.message.content ?? '',
        reasoning,
        calls: (choice?.message.tool_calls ?? []).flatMap((call) =>
          call.type === 'function'
            ? [{ name: call.function.name, args: JSON.parse(call.function.arguments) as unknown }]
            : [],
        ),
        finish: choice?.finish_reason ?? '',
        tokens: {
          input: completion.usage?.prompt_tokens ?? 0,
          output: completion.usage?.completion_tokens ?? 0,
        },
      };
    };
  },
};

function reasoningOf(message: object | undefined): string {
  const { reasoning_content = '' } = (message ?? {}) as { readonly reasoning_content?: string };
  return reasoning_content;
}

function chatRequest({ model, text, image, tools, wantsReasoning, answerSchema }: Question) {
  return {
    model,
    messages: [
      {
        role: 'user' as const,
        content: image
          ? [
              { type: 'text' as const, text },
              { type: 'image_url' as const, image_url: { url: dataUrl(image) } },
            ]
          : text,
      },
    ],
    max_completion_tokens: 4000,
    ...(wantsReasoning && { reasoning_effort: 'medium' as const }),
    ...(tools && {
      tools: tools.map(({ name, schema }) => ({
        type: 'function' as const,
        function: { name, parameters: { ...schema } },
      })),
    }),
    ...(answerSchema && {
      response_format: {
        type: 'json_schema' as const,
        json_schema: { name: 'answer', schema: { ...answerSchema } },
      },
    }),
  };
}

export const openAiResponses: Client = {
  name: 'openai, responses',
  finishes: { stop: 'completed', calls: 'completed' },
  connect({ url, key }) {
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
    return async (question) => {
      const request = responsesRequest(question);
      const response = question.stream
        ? await client.responses.stream(request).finalResponse()
        : await client.responses.create(request);
      if (response.error) throw new Error(response.error.message);
      return {
        text: response.output_text,
        reasoning: response.output
          .flatMap((item) => (item.type === 'reasoning' ? item.summary.map((part) => part.text) : []))
          .join(''),
        calls: response.output.flatMap((item) =>
          item.type === 'function_call'
            ? [{ name: item.name, args: JSON.parse(item.arguments) as unknown }]
            : [],
        ),
        finish: response.status ?? '',
        tokens: { input: response.usage?.input_tokens ?? 0, output: response.usage?.output_tokens ?? 0 },
      };
    };
  },
};

function responsesRequest({ model, text, image, tools, wantsReasoning, answerSchema }: Question) {
  return {
    model,
    store: false,
    input: [
      {
        role: 'user' as const,
        content: [
          { type: 'input_text' as const, text },
          ...(image
            ? [{ type: 'input_image' as const, image_url: dataUrl(image), detail: 'auto' as const }]
            : []),
        ],
      },
    ],
    max_output_tokens: 4000,
    ...(wantsReasoning && { reasoning: { effort: 'medium' as const, summary: 'auto' as const } }),
    ...(tools && {
      tools: tools.map(({ name, schema }) => ({
        type: 'function' as const,
        name,
        parameters: { ...schema },
        strict: false,
      })),
    }),
    ...(answerSchema && {
      text: { format: { type: 'json_schema' as const, name: 'answer', schema: { ...answerSchema } } },
    }),
  };
}

export const anthropicMessages: Client = {
  name: 'anthropic',
  finishes: { stop: 'end_turn', calls: 'tool_use' },
  connect({ url, key }) {
    const client = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 });
    return async (question) => {
      const request = messagesRequest(question);
      const message = question.stream
        ? await client.messages.stream(request).finalMessage()
        : await client.messages.create(request);
      const { content, stop_reason, usage } = message;
      return {
        text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
        reasoning: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
        calls: content.flatMap((block) =>
          block.type === 'tool_use' ? [{ name: block.name, args: block.input }] : [],
        ),
        finish: stop_reason ?? '',
        tokens: {
          input: usage.input_tokens + (usage.cache_read_input_tokens ?? 0),
          output: usage.output_tokens,
        },
      };
    };
  },
};

function messagesRequest({ model, text, image, tools, wantsReasoning, answerSchema }: Question) {
  return {
    model,
    max_tokens: 4000,
    messages: [
      {
        role: 'user' as const,
        content: [
          { type: 'text' as const, text },
          ...(image
            ? [
                {
                  type: 'image' as const,
                  source: { type: 'base64' as const, media_type: 'image/png' as const, data: image },
                },
              ]
            : []),
        ],
      },
    ],
    ...(wantsReasoning && { thinking: { type: 'enabled' as const, budget_tokens: 2000 } }),
    ...(tools && {
      tools: tools.map(({ name, schema }) => ({
        name,
        input_schema: { ...schema, type: 'object' as const },
      })),
    }),
    ...(answerSchema && {
      output_config: { format: { type: 'json_schema' as const, schema: { ...answerSchema } } },
    }),
  };
}

export const googleGenAi: Client = {
  name: 'google genai',
  finishes: { stop: 'STOP', calls: 'STOP' },
  connect({ url, key }) {
    const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } });
    return async (question) => {
      const request = generateRequest(question);
      if (!question.stream) return answerOf([await client.models.generateContent(request)]);
      const chunks: GenerateContentResponse[] = [];
      for await (const chunk of await client.models.generateContentStream(request)) chunks.push(chunk);
      return answerOf(chunks);
    };
  },
};

function generateRequest(question: Question): GenerateContentParameters {
  const { model, text, image, tools, wantsReasoning, answerSchema } = question;
  return {
    model,
    contents: [
      {
        role: 'user',
        parts: [{ text }, ...(image ? [{ inlineData: { mimeType: 'image/png', data: image } }] : [])],
      },
    ],
    config: {
      maxOutputTokens: 4000,
      ...(wantsReasoning && { thinkingConfig: { includeThoughts: true, thinkingBudget: 2000 } }),
      ...(tools && {
        tools: [
          {
            functionDeclarations: tools.map(({ name, schema }) => ({ name, parametersJsonSchema: schema })),
          },
        ],
      }),
      ...(answerSchema && { responseMimeType: 'application/json', responseJsonSchema: answerSchema }),
    },
  };
}

function answerOf(chunks: readonly GenerateContentResponse[]): Answer {
  const parts = chunks.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
  const last = chunks.at(-1);
  const usage = last?.usageMetadata;
  return {
    text: parts.map(({ text = '', thought }) => (thought ? '' : text)).join(''),
    reasoning: parts.map(({ text = '', thought }) => (thought ? text : '')).join(''),
    calls: parts.flatMap(({ functionCall }) =>
      functionCall ? [{ name: functionCall.name ?? '', args: functionCall.args }] : [],
    ),
    finish: last?.candidates?.[0]?.finishReason ?? '',
    tokens: {
      input: usage?.promptTokenCount ?? 0,
      output: (usage?.candidatesTokenCount ?? 0) + (usage?.thoughtsTokenCount ?? 0),
    },
  };
}
