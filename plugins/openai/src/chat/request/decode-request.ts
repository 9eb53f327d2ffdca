import {
  type ChatRequest,
  defined,
  EFFORT_LEVELS,
  FieldReader,
  type OutputFormat,
  type RequestInput,
} from '@dragoman/plugin';
import { decodeMessages } from './decode-messages.ts';
import { decodeMap, decodeModel, decodeSampling, decodeStop } from '../../common/decode-options.ts';
import { decodeToolChoice, decodeTools } from './decode-tools.ts';
import { extensionsOf } from '../extensions.ts';
import { OPENAI_CHAT } from '../wire.ts';
import { VERBOSITIES } from '../../common/values.ts';

/** Decodes the body of `POST /v1/chat/completions`. Unknown fields are kept; wrong ones are refused by name. */
export function decodeRequest({ body, opaque }: RequestInput): ChatRequest {
  const fields = new FieldReader(body);
  const streamOptions = fields.optionalReader('stream_options');
  const format = fields.optionalReader('response_format');
  const endUser = decodeUser(fields);
  const request = defined({
    protocol: OPENAI_CHAT,
    model: decodeModel(fields),
    stream: fields.optionalBoolean('stream') ?? false,
    includeUsage: streamOptions?.optionalBoolean('include_usage'),
    ...decodeMessages(messageReaders(fields), opaque),
    tools: decodeTools(fields),
    toolChoice: decodeToolChoice(fields),
    maxTokens: decodeMaxTokens(fields),
    stop: decodeStop(fields),
    sampling: defined({
      ...decodeSampling(fields),
      logprobs: fields.optionalBoolean('logprobs'),
      topLogprobs: fields.optionalInteger('top_logprobs'),
    }),
    output: format && decodeOutput(format),
    verbosity: fields.optionalOneOf('verbosity', VERBOSITIES),
    modalities: fields.optionalStrings('modalities'),
    cacheKey: fields.optionalString('prompt_cache_key'),
    user: endUser,
    metadata: decodeMap(fields, 'metadata', (value) => typeof value === 'string'),
    serviceTier: fields.optionalString('service_tier'),
    store: fields.optionalBoolean('store'),
    ...decodeEffort(fields),
  });
  const nested = { stream_options: streamOptions, response_format: format };
  return defined({ ...request, extensions: extensionsOf(fields, nested) });
}

function messageReaders(fields: FieldReader): readonly FieldReader[] {
  const messages = fields.readers('messages');
  if (messages.length > 0) return messages;
  throw fields.invalid(
    'messages',
    'must be an array with at least one message',
    'missing_required_parameter',
  );
}

/** `max_tokens` is the old name. */
function decodeMaxTokens(fields: FieldReader): number | undefined {
  const old = fields.optionalTokens('max_tokens');
  return fields.optionalTokens('max_completion_tokens') ?? old;
}

/** `user` is the old name, which all servers know; the new one stays as it is, for those that know it. */
function decodeUser(fields: FieldReader): string | undefined {
  return new FieldReader(fields.all()).optionalString('safety_identifier') ?? fields.optionalString('user');
}

/** Servers have efforts of their own (`default`), which only they can take. */
function decodeEffort(fields: FieldReader): Pick<ChatRequest, 'reasoning' | 'nativeOnly'> {
  const wished = fields.optionalString('reasoning_effort');
  if (wished === undefined) return { reasoning: {} };
  const effort = EFFORT_LEVELS.find((known) => known === wished);
  return effort ? { reasoning: { effort } } : { reasoning: {}, nativeOnly: ['reasoning_effort'] };
}

function decodeOutput(format: FieldReader): OutputFormat {
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
