import {
  type ChatRequest,
  defined,
  EFFORT_LEVELS,
  FieldReader,
  type JsonObject,
  type OutputFormat,
  type ReasoningPreference,
  type RequestInput,
  type ServerState,
  type SystemMessage,
} from '@dragoman/plugin';
import { decodeMap, decodeModel } from '../../common/decode-options.ts';
import { VERBOSITIES } from '../../common/values.ts';
import { decodeInput } from './decode-input.ts';
import { decodeToolChoice, decodeTools } from './decode-tools.ts';
import { extensionsOf } from '../extensions.ts';
import { ENCRYPTED, RESPONSES } from '../wire.ts';

/** Fields of a request that its response repeats. */
const REPEATED = [
  'instructions',
  'max_output_tokens',
  'metadata',
  'parallel_tool_calls',
  'previous_response_id',
  'reasoning',
  'store',
  'temperature',
  'text',
  'tool_choice',
  'tools',
  'top_p',
  'truncation',
  'user',
] as const;

/** Decodes the body of `POST /v1/responses`. Unknown fields are kept; wrong ones are refused by name. */
export function decodeRequest({ body, opaque }: RequestInput): ChatRequest {
  const fields = new FieldReader(body);
  const input = decodeInput(fields, opaque);
  const text = fields.optionalReader('text');
  const instructions = fields.optionalString('instructions');
  const include = fields.optionalStrings('include') ?? [];
  const native = [...input.nativeOnly, ...(fields.optionalBoolean('background') ? ['background'] : [])];
  if (fields.value('prompt') !== undefined) native.push('prompt');
  const request = defined({
    protocol: RESPONSES,
    model: decodeModel(fields),
    stream: fields.optionalBoolean('stream') ?? false,
    system: [...(instructions ? [systemOf(instructions)] : []), ...input.system],
    messages: input.messages,
    tools: decodeTools([...fields.readers('tools'), ...input.tools]),
    toolChoice: decodeToolChoice(fields),
    maxTokens: fields.optionalTokens('max_output_tokens'),
    sampling: defined({
      temperature: fields.optionalNumber('temperature'),
      topP: fields.optionalNumber('top_p'),
      topLogprobs: fields.optionalInteger('top_logprobs'),
    }),
    reasoning: decodeReasoning(fields, include),
    output: decodeFormat(text?.optionalReader('format')),
    verbosity: text?.optionalOneOf('verbosity', VERBOSITIES),
    cacheKey: fields.optionalString('prompt_cache_key'),
    user: decodeUser(fields),
    metadata: decodeMap(fields, 'metadata', (value) => typeof value === 'string'),
    serviceTier: fields.optionalString('service_tier'),
    store: fields.optionalBoolean('store'),
    serverState: decodeServerState(fields),
    nativeOnly: native.length > 0 ? native : undefined,
  });
  return defined({ ...request, extensions: extensionsOf(fields, { asked: repeatedOf(body) }) });
}

function systemOf(text: string): SystemMessage {
  return { role: 'system', rank: 'developer', content: [{ type: 'text', text }] };
}

function repeatedOf(body: JsonObject): JsonObject {
  return Object.fromEntries(
    REPEATED.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]]])),
  );
}

function decodeUser(fields: FieldReader): string | undefined {
  const old = fields.optionalString('user');
  return fields.optionalString('safety_identifier') ?? old;
}

/** Reasoning is shown to who asked for a summary, and sealed for who wants to carry it. */
function decodeReasoning(fields: FieldReader, include: readonly string[]): ReasoningPreference {
  const reasoning = fields.optionalReader('reasoning');
  const summary = reasoning?.optionalString('summary') ?? reasoning?.optionalString('generate_summary');
  return defined({
    effort: reasoning?.optionalOneOf('effort', EFFORT_LEVELS),
    show: summary === undefined ? ('none' as const) : ('summary' as const),
    includeEncrypted: include.includes(ENCRYPTED) || undefined,
  });
}

function decodeServerState(fields: FieldReader): ServerState | undefined {
  const previousResponseId = fields.optionalString('previous_response_id');
  const value = fields.value('conversation');
  const conversation =
    typeof value === 'string' ? value : fields.optionalReader('conversation')?.string('id');
  if (previousResponseId === undefined && conversation === undefined) return undefined;
  return defined({ previousResponseId, conversation });
}

function decodeFormat(format: FieldReader | undefined): OutputFormat | undefined {
  switch (format?.string('type')) {
    case undefined:
      return undefined;
    case 'text':
      return { type: 'text' };
    case 'json_object':
      return { type: 'json' };
    case 'json_schema':
      return defined({
        type: 'schema' as const,
        name: format?.optionalString('name'),
        description: format?.optionalString('description'),
        schema: format?.optionalObject('schema'),
        strict: format?.optionalBoolean('strict'),
      });
    default:
      throw format?.invalid('type', 'must be "text", "json_object" or "json_schema"');
  }
}
