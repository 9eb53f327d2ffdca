import {
  argumentsObject,
  type ChatRequest,
  defined,
  type EncodedRequest,
  type JsonObject,
  type Message,
  type Tool,
} from '@dragoman/plugin';

/** The client's side of `/api/chat`. */
export function encodeRequest(request: ChatRequest): EncodedRequest {
  const { model, stream, system, messages, tools, sampling, maxTokens, stop } = request;
  const options = defined({
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_k: sampling.topK,
    seed: sampling.seed,
    num_predict: maxTokens,
    stop: stop && [...stop],
  });
  const body: JsonObject = {
    model,
    stream,
    messages: [...system, ...messages].flatMap(encodeMessage),
    ...(tools.length > 0 && { tools: tools.flatMap(encodeTool) }),
    ...(Object.keys(options).length > 0 && { options }),
  };
  return { path: '/chat', body };
}

function encodeMessage({ role, content }: Message): readonly JsonObject[] {
  const results = content.flatMap((part) =>
    part.type === 'tool-result' ? [{ role: 'tool', content: textOf(part.content) }] : [],
  );
  const calls = content.flatMap((part) =>
    part.type === 'tool-call'
      ? [{ function: { name: part.name, arguments: argumentsObject(part.arguments) } }]
      : [],
  );
  const text = textOf(content);
  if (text === '' && calls.length === 0 && results.length > 0) return results;
  return [...results, { role, content: text, ...(calls.length > 0 && { tool_calls: calls }) }];
}

function textOf(content: readonly { readonly type: string; readonly text?: string }[]): string {
  return content.map(({ type, text = '' }) => (type === 'text' ? text : '')).join('');
}

function encodeTool(tool: Tool): readonly JsonObject[] {
  if (tool.kind !== 'function') return [];
  const { name, description, schema } = tool;
  return [
    { type: 'function', function: defined({ name, description, parameters: schema ?? { type: 'object' } }) },
  ];
}
