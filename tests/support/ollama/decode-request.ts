import {
  type AssistantPart,
  type ChatRequest,
  defined,
  type Effort,
  EFFORT_LEVELS,
  FieldReader,
  type JsonObject,
  type Message,
  type OutputFormat,
  type ReasoningPreference,
  type RequestInput,
  type SystemMessage,
  type Tool,
  type UserPart,
} from '@dragoman/plugin';
import { callId, OLLAMA } from './wire.ts';

export function decodeRequest({ body }: RequestInput): ChatRequest {
  const fields = new FieldReader(body);
  const messages = decodeMessages(fields.readers('messages'));
  const first = messages.findIndex(({ role }) => role !== 'system');
  const options = fields.optionalReader('options');
  return defined({
    protocol: OLLAMA,
    model: fields.string('model'),
    stream: fields.optionalBoolean('stream') ?? true,
    system: messages.slice(0, first < 0 ? undefined : first) as readonly SystemMessage[],
    messages: first < 0 ? [] : messages.slice(first),
    tools: fields.readers('tools').map(decodeTool),
    maxTokens: options?.optionalTokens('num_predict'),
    stop: options?.optionalStrings('stop'),
    sampling: defined({
      temperature: options?.optionalNumber('temperature'),
      topP: options?.optionalNumber('top_p'),
      topK: options?.optionalInteger('top_k'),
      seed: options?.optionalInteger('seed'),
    }),
    reasoning: decodeThink(fields),
    output: decodeFormat(fields),
  });
}

function decodeThink(fields: FieldReader): ReasoningPreference {
  const think = fields.value('think');
  if (think === undefined || think === true) return think ? { show: 'summary' } : {};
  if (think === false) return { off: true };
  const effort = EFFORT_LEVELS.find((level): level is Effort => level === think);
  if (effort) return { effort };
  throw fields.invalid('think', 'must be true, false or a level');
}

function decodeFormat(fields: FieldReader): OutputFormat | undefined {
  const format = fields.value('format');
  if (format === undefined || format === '') return undefined;
  if (format === 'json') return { type: 'json' };
  return { type: 'schema', schema: fields.optionalObject('format') as JsonObject };
}

function decodeTool(fields: FieldReader): Tool {
  const called = fields.reader('function');
  return defined({
    kind: 'function' as const,
    name: called.string('name'),
    description: called.optionalString('description'),
    schema: called.optionalObject('parameters'),
  });
}

/** Results follow their calls, and in their order. */
function decodeMessages(all: readonly FieldReader[]): readonly Message[] {
  let called = 0;
  let answered = 0;
  return all.map((fields): Message => {
    const role = fields.optionalOneOf('role', ['system', 'user', 'assistant', 'tool']);
    const text = fields.optionalString('content') ?? '';
    switch (role) {
      case 'system':
        return { role, rank: 'system', content: [{ type: 'text', text }] };
      case 'tool': {
        const name = fields.optionalString('tool_name');
        const result = { type: 'tool-result', callId: callId(answered), ...defined({ name }) } as const;
        answered += 1;
        return { role: 'user', content: [{ ...result, content: [{ type: 'text', text }] }] };
      }
      case 'assistant': {
        const calls = fields.readers('tool_calls').map((call) => decodeCall(call, called++));
        return { role, content: [...thoughtOf(fields), ...textOf(text), ...calls] };
      }
      case 'user':
      case undefined:
        return { role: 'user', content: [...textOf(text), ...imagesOf(fields)] };
    }
  });
}

function textOf(text: string): readonly { readonly type: 'text'; readonly text: string }[] {
  return text === '' ? [] : [{ type: 'text', text }];
}

function thoughtOf(fields: FieldReader): readonly AssistantPart[] {
  const text = fields.optionalString('thinking') ?? '';
  return text === '' ? [] : [{ type: 'reasoning', form: 'raw', text }];
}

function imagesOf(fields: FieldReader): readonly UserPart[] {
  return (fields.optionalStrings('images') ?? []).map((data) => ({
    type: 'media',
    media: 'image',
    source: { type: 'base64', mimeType: data.startsWith('iVBOR') ? 'image/png' : 'image/jpeg', data },
  }));
}

function decodeCall(fields: FieldReader, at: number): AssistantPart {
  fields.countToolCall();
  const called = fields.reader('function');
  return {
    type: 'tool-call',
    id: callId(at),
    name: called.string('name'),
    form: 'json',
    arguments: JSON.stringify(called.optionalObject('arguments') ?? {}),
  };
}
