import type { Message, Parameters, Prompt, ProtocolName, Tool } from './prompt.ts';

/** A request to the gateway, as a client of the protocol would send it. */
export interface Encoded {
  readonly path: string;
  readonly body: object;
}

export interface EncodeInput {
  readonly prompt: Pick<Prompt, 'system' | 'parameters'>;
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[];
  readonly model: string;
}

export function encode(protocol: ProtocolName, input: EncodeInput): Encoded {
  return ENCODERS[protocol](input);
}

/** Of `data:image/png;base64,…`. */
function partsOf(image: string): { readonly mime: string; readonly data: string } {
  const [, mime = 'image/png', data = ''] = /^data:([^;,]+);base64,(.*)$/s.exec(image) ?? [];
  return { mime, data };
}

function objectOf(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    return {};
  }
}

const withTools = (tools: readonly Tool[], make: (tool: Tool) => object): object =>
  tools.length > 0 ? { tools: tools.map(make) } : {};

const ENCODERS: Readonly<Record<ProtocolName, (input: EncodeInput) => Encoded>> = {
  'openai-chat': ({ prompt, messages, tools, model }) => {
    const { temperature, topP, maxTokens, effort } = prompt.parameters;
    return {
      path: '/v1/chat/completions',
      body: {
        model,
        stream: true,
        stream_options: { include_usage: true },
        messages: [
          ...(prompt.system === '' ? [] : [{ role: 'system', content: prompt.system }]),
          ...messages.map(chatMessage),
        ],
        ...withTools(tools, (tool) => ({ type: 'function', function: tool })),
        ...set({ temperature, top_p: topP, max_completion_tokens: maxTokens, reasoning_effort: effort }),
      },
    };
  },
  'openai-responses': ({ prompt, messages, tools, model }) => {
    const { temperature, topP, maxTokens, effort } = prompt.parameters;
    return {
      path: '/v1/responses',
      body: {
        model,
        stream: true,
        store: false,
        ...(prompt.system !== '' && { instructions: prompt.system }),
        input: messages.flatMap(responsesItems),
        ...withTools(tools, (tool) => ({ type: 'function', strict: false, ...tool })),
        ...set({
          temperature,
          top_p: topP,
          max_output_tokens: maxTokens,
          reasoning: effort && { effort, summary: 'auto' },
        }),
      },
    };
  },
  anthropic: ({ prompt, messages, tools, model }) => {
    const { temperature, topP, maxTokens, effort } = prompt.parameters;
    return {
      path: '/v1/messages',
      body: {
        model,
        stream: true,
        max_tokens: maxTokens ?? 4096,
        ...(prompt.system !== '' && { system: prompt.system }),
        messages: messages.map(anthropicMessage),
        ...withTools(tools, ({ parameters, ...tool }) => ({ ...tool, input_schema: parameters })),
        ...set({ temperature, top_p: topP, ...anthropicThinking(effort, maxTokens ?? 4096) }),
      },
    };
  },
  gemini: ({ prompt, messages, tools, model }) => ({
    path: `/v1beta/models/${model.split('/').map(encodeURIComponent).join('/')}:streamGenerateContent?alt=sse`,
    body: {
      ...(prompt.system !== '' && { systemInstruction: { parts: [{ text: prompt.system }] } }),
      contents: messages.map(geminiContent),
      ...(tools.length > 0 && {
        tools: [
          {
            functionDeclarations: tools.map(({ parameters, ...tool }) => ({
              ...tool,
              parametersJsonSchema: parameters,
            })),
          },
        ],
      }),
      ...geminiConfig(prompt.parameters),
    },
  }),
};

function set(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''),
  );
}

const BUDGETS: Readonly<Record<string, number>> = { low: 2_048, medium: 8_192, high: 16_384 };

function anthropicThinking(effort: string | undefined, maxTokens: number): object {
  const budget = BUDGETS[effort ?? ''];
  if (budget === undefined) return {};
  return {
    thinking: { type: 'enabled', budget_tokens: budget },
    max_tokens: Math.max(maxTokens, budget + 1_024),
  };
}

function geminiConfig({ temperature, topP, maxTokens, effort }: Parameters): object {
  const config = set({
    temperature,
    topP,
    maxOutputTokens: maxTokens,
    thinkingConfig: BUDGETS[effort ?? ''] && { thinkingBudget: BUDGETS[effort ?? ''], includeThoughts: true },
  });
  return Object.keys(config).length > 0 ? { generationConfig: config } : {};
}

function chatMessage(message: Message): object {
  switch (message.role) {
    case 'user':
      if (message.images.length === 0) return { role: 'user', content: message.text };
      return {
        role: 'user',
        content: [
          { type: 'text', text: message.text },
          ...message.images.map((url) => ({ type: 'image_url', image_url: { url } })),
        ],
      };
    case 'assistant':
      return {
        role: 'assistant',
        content: message.text === '' ? null : message.text,
        ...(message.calls.length > 0 && {
          tool_calls: message.calls.map((call) => ({
            id: call.id,
            type: 'function',
            function: { name: call.name, arguments: call.arguments },
          })),
        }),
      };
    case 'tool':
      return { role: 'tool', tool_call_id: message.callId, content: message.text };
  }
}

function responsesItems(message: Message): readonly object[] {
  switch (message.role) {
    case 'user':
      return [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: message.text },
            ...message.images.map((url) => ({ type: 'input_image', image_url: url, detail: 'auto' })),
          ],
        },
      ];
    case 'assistant':
      return [
        ...(message.text === ''
          ? []
          : [{ role: 'assistant', content: [{ type: 'output_text', text: message.text }] }]),
        ...message.calls.map((call) => ({
          type: 'function_call',
          call_id: call.id,
          name: call.name,
          arguments: call.arguments,
        })),
      ];
    case 'tool':
      return [{ type: 'function_call_output', call_id: message.callId, output: message.text }];
  }
}

function anthropicMessage(message: Message): object {
  switch (message.role) {
    case 'user':
      return {
        role: 'user',
        content: [
          ...message.images.map((image) => {
            const { mime, data } = partsOf(image);
            return { type: 'image', source: { type: 'base64', media_type: mime, data } };
          }),
          { type: 'text', text: message.text },
        ],
      };
    case 'assistant':
      return {
        role: 'assistant',
        content: [
          ...(message.text === '' ? [] : [{ type: 'text', text: message.text }]),
          ...message.calls.map((call) => ({
            type: 'tool_use',
            id: call.id,
            name: call.name,
            input: objectOf(call.arguments),
          })),
        ],
      };
    case 'tool':
      return {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: message.callId,
            content: message.text,
            ...(message.isError && { is_error: true }),
          },
        ],
      };
  }
}

function geminiContent(message: Message): object {
  switch (message.role) {
    case 'user':
      return {
        role: 'user',
        parts: [
          { text: message.text },
          ...message.images.map((image) => {
            const { mime, data } = partsOf(image);
            return { inlineData: { mimeType: mime, data } };
          }),
        ],
      };
    case 'assistant':
      return {
        role: 'model',
        parts: [
          ...(message.text === '' ? [] : [{ text: message.text }]),
          ...message.calls.map((call) => ({
            functionCall: { id: call.id, name: call.name, args: objectOf(call.arguments) },
          })),
        ],
      };
    case 'tool':
      return {
        role: 'user',
        parts: [
          {
            functionResponse: {
              id: message.callId,
              name: message.name,
              response: message.isError ? { error: message.text } : { result: message.text },
            },
          },
        ],
      };
  }
}
