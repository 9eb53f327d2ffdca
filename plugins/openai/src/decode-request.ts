import {
  type ChatRequest,
  defined,
  FieldReader,
  invalidField,
  type JsonValue,
  type OutputFormat,
  type RequestInput,
  type Sampling,
  type Tool,
  type ToolChoice,
} from '@dragoman/core';
import { extensionsOf } from './decode-content.ts';
import { decodeMessages } from './decode-messages.ts';
import { EFFORTS, OPENAI_CHAT, VERBOSITIES } from './wire.ts';

/** Decodes the body of `POST /v1/chat/completions`. Unknown fields are kept; wrong ones are refused by name. */
export function decodeRequest({ body }: RequestInput): ChatRequest {
  const fields = new FieldReader(body);
  const model = fields.string('model');
  if (model === '') throw fields.invalid('model', 'must not be empty');
  const readers = fields.readers('messages');
  if (readers.length === 0) throw fields.invalid('messages', 'must be an array with at least one message');
  const streamOptions = fields.optionalReader('stream_options');
  const effort = fields.optionalOneOf('reasoning_effort', EFFORTS);
  return defined({
    protocol: OPENAI_CHAT,
    model,
    stream: fields.optionalBoolean('stream') ?? false,
    includeUsage: streamOptions?.optionalBoolean('include_usage'),
    ...decodeMessages(readers),
    tools: [...fields.readers('tools').map(decodeTool), ...decodeOldTools(fields), ...decodeWebSearch(fields)],
    toolChoice: decodeToolChoice(fields),
    maxTokens: fields.optionalInteger('max_completion_tokens', 1) ?? fields.optionalInteger('max_tokens', 1),
    stop: decodeStop(fields),
    sampling: decodeSampling(fields),
    reasoning: defined({ effort }),
    output: decodeOutput(fields),
    verbosity: fields.optionalOneOf('verbosity', VERBOSITIES),
    modalities: fields.optionalStrings('modalities'),
    cacheKey: fields.optionalString('prompt_cache_key'),
    user: fields.optionalString('safety_identifier') ?? fields.optionalString('user'),
    metadata: decodeStringMap(fields, 'metadata'),
    serviceTier: fields.optionalString('service_tier'),
    store: fields.optionalBoolean('store'),
    extensions: extensionsOf(fields),
  });
}

function decodeTool(tool: FieldReader): Tool {
  const type = tool.string('type');
  if (type === 'function') return decodeFunction(tool.reader('function'), tool);
  if (type === 'custom') return decodeCustom(tool.reader('custom'), tool);
  throw tool.invalid('type', 'must be "function" or "custom"');
}

function decodeFunction(fields: FieldReader, tool: FieldReader): Tool {
  const name = fields.string('name');
  if (name === '') throw fields.invalid('name', 'must not be empty');
  return defined({
    kind: 'function' as const,
    name,
    description: fields.optionalString('description'),
    schema: fields.optionalObject('parameters'),
    strict: fields.optionalBoolean('strict'),
    extensions: extensionsOf(tool),
  });
}

function decodeCustom(fields: FieldReader, tool: FieldReader): Tool {
  const grammar = fields.optionalReader('format')?.optionalReader('grammar');
  return defined({
    kind: 'freeform' as const,
    name: fields.string('name'),
    description: fields.optionalString('description'),
    grammar: grammar && {
      syntax: grammar.optionalOneOf('syntax', ['lark', 'regex']) ?? 'lark',
      definition: grammar.string('definition'),
    },
    extensions: extensionsOf(tool),
  });
}

/** `functions`, the tools of before. */
function decodeOldTools(fields: FieldReader): readonly Tool[] {
  return fields.readers('functions').map((tool) => decodeFunction(tool, tool));
}

function decodeWebSearch(fields: FieldReader): readonly Tool[] {
  const options = fields.optionalObject('web_search_options');
  return options ? [{ kind: 'hosted', name: 'web_search', hosted: 'web-search', options }] : [];
}

const CHOICES = { auto: 'auto', none: 'none', required: 'any' } as const;

function decodeToolChoice(fields: FieldReader): ToolChoice | undefined {
  const parallel = fields.optionalBoolean('parallel_tool_calls');
  const choice = fields.value('tool_choice') ?? fields.value('function_call');
  if (choice === undefined) return parallel === undefined ? undefined : { mode: 'auto', parallel };
  return defined({ ...decodeChoice(choice), parallel });
}

function decodeChoice(choice: JsonValue): ToolChoice {
  if (typeof choice === 'string') {
    if (Object.hasOwn(CHOICES, choice)) return { mode: CHOICES[choice as keyof typeof CHOICES] };
    throw invalidField('tool_choice', 'must be "auto", "none", "required" or an object that names a tool');
  }
  const fields = FieldReader.of(choice, 'tool_choice');
  const type = fields.optionalString('type') ?? 'function';
  if (type === 'allowed_tools') {
    const allowed = fields.reader('allowed_tools');
    const names = allowed.readers('tools').map((tool) => (tool.optionalReader('function') ?? tool.optionalReader('custom') ?? tool).string('name'));
    return { mode: allowed.optionalOneOf('mode', ['auto', 'required']) === 'required' ? 'any' : 'auto', names };
  }
  if (type !== 'function' && type !== 'custom') throw fields.invalid('type', 'must be "function", "custom" or "allowed_tools"');
  const named = fields.optionalReader(type) ?? fields;
  return { mode: 'one', names: [named.string('name')] };
}

function decodeStop(fields: FieldReader): readonly string[] | undefined {
  const stop = fields.value('stop');
  if (stop === undefined) return undefined;
  return typeof stop === 'string' ? [stop] : fields.optionalStrings('stop');
}

function decodeSampling(fields: FieldReader): Sampling {
  return defined({
    temperature: fields.optionalNumber('temperature'),
    topP: fields.optionalNumber('top_p'),
    topK: fields.optionalInteger('top_k'),
    seed: fields.optionalInteger('seed', Number.MIN_SAFE_INTEGER),
    presencePenalty: fields.optionalNumber('presence_penalty'),
    frequencyPenalty: fields.optionalNumber('frequency_penalty'),
    logitBias: decodeNumberMap(fields, 'logit_bias'),
    logprobs: fields.optionalBoolean('logprobs'),
    topLogprobs: fields.optionalInteger('top_logprobs'),
    count: fields.optionalInteger('n', 1),
  });
}

function decodeOutput(fields: FieldReader): OutputFormat | undefined {
  const format = fields.optionalReader('response_format');
  if (!format) return undefined;
  switch (format.string('type')) {
    case 'text':
      return { type: 'text' };
    case 'json_object':
      return { type: 'json' };
    case 'json_schema': {
      const schema = format.reader('json_schema');
      return defined({
        type: 'schema' as const,
        name: schema.optionalString('name'),
        description: schema.optionalString('description'),
        schema: schema.optionalObject('schema'),
        strict: schema.optionalBoolean('strict'),
      });
    }
    default:
      throw format.invalid('type', 'must be "text", "json_object" or "json_schema"');
  }
}

function decodeStringMap(fields: FieldReader, name: string): Readonly<Record<string, string>> | undefined {
  return decodeMap(fields, name, (value): value is string => typeof value === 'string');
}

function decodeNumberMap(fields: FieldReader, name: string): Readonly<Record<string, number>> | undefined {
  return decodeMap(fields, name, (value): value is number => typeof value === 'number');
}

function decodeMap<T>(
  fields: FieldReader,
  name: string,
  fits: (value: unknown) => value is T,
): Readonly<Record<string, T>> | undefined {
  const map = fields.optionalObject(name);
  if (!map) return undefined;
  for (const [key, value] of Object.entries(map)) {
    if (!fits(value)) throw fields.invalid(`${name}.${key}`, 'has a value of the wrong type');
  }
  return map as Readonly<Record<string, T>>;
}
