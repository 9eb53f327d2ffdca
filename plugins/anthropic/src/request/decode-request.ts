import {
  type ChatRequest,
  defined,
  FieldReader,
  type Message,
  type OutputFormat,
  type ReasoningPreference,
  type RequestInput,
  signCalls,
  type SystemMessage,
  type ToolChoice,
} from '@dragoman/plugin';
import { decodeAssistantBlock, decodeBlocks, decodeTextBlock, decodeUserBlock } from './decode-content.ts';
import { decodeTools } from './decode-tools.ts';
import { extensionsOf } from '../extensions.ts';
import { continues, decodeThread } from './threads.ts';
import { ANTHROPIC, EFFORTS } from '../wire.ts';

/** Decodes the body of `POST /v1/messages`. Unknown fields are kept; wrong ones are refused by name. */
export function decodeRequest(input: RequestInput): ChatRequest {
  const fields = new FieldReader(input.body);
  return decode(
    fields,
    input,
    fields.required('max_tokens', fields.optionalTokens('max_tokens', 0), 'an integer'),
  );
}

/** Decodes the body of `POST /v1/messages/count_tokens`, which has no `max_tokens`. */
export function decodeCountRequest(input: RequestInput): ChatRequest {
  return decode(new FieldReader(input.body), input, undefined);
}

function decode(fields: FieldReader, { opaque }: RequestInput, maxTokens: number | undefined): ChatRequest {
  const model = fields.string('model');
  if (model === '') throw fields.invalid('model', 'must not be empty');
  const readers = fields.readers('messages');
  const thread = decodeThread(fields);
  // A thread also goes on where its last answer paused.
  if (readers.length === 0 && !continues(thread))
    throw fields.invalid('messages', 'must be an array with at least one message');
  const output = fields.optionalReader('output_config');
  const { system, attribution } = decodeSystem(fields);
  return defined({
    protocol: ANTHROPIC,
    model,
    stream: fields.optionalBoolean('stream') ?? false,
    system,
    messages: readers.map((message): Message => decodeMessage(message, opaque)),
    tools: decodeTools(fields),
    toolChoice: decodeToolChoice(fields),
    maxTokens: maxTokens === 0 ? undefined : maxTokens,
    stop: fields.optionalStrings('stop_sequences'),
    sampling: defined({
      temperature: fields.optionalNumber('temperature'),
      topP: fields.optionalNumber('top_p'),
      topK: fields.optionalInteger('top_k'),
    }),
    reasoning: decodeReasoning(fields, output),
    output: decodeOutput(output),
    user: fields.optionalReader('metadata')?.optionalString('user_id'),
    serviceTier: fields.optionalString('service_tier'),
    extensions: extensionsOf(fields, defined({ attribution, thread })),
  });
}

/** Claude Code's own line, which changes all the time: only Anthropic may see it in front of the prompt. */
const ATTRIBUTION = /^x-anthropic-billing-header:[^\n]*\n?/;

interface DecodedSystem {
  readonly system: readonly SystemMessage[];
  readonly attribution?: string;
}

function decodeSystem(fields: FieldReader): DecodedSystem {
  const [first, ...rest] = decodeBlocks(fields, decodeTextBlock, 'system');
  if (!first) return { system: [] };
  const attribution = ATTRIBUTION.exec(first.text)?.[0];
  const text = first.text.slice(attribution?.length ?? 0);
  const parts = text === '' ? rest : [{ ...first, text }, ...rest];
  const system = parts.map((part): SystemMessage => ({ role: 'system', rank: 'system', content: [part] }));
  return defined({ system, attribution: attribution?.trimEnd() });
}

function decodeMessage(message: FieldReader, opaque: Parameters<typeof decodeAssistantBlock>[0]): Message {
  const role = message.string('role');
  switch (role) {
    case 'user':
      return defined({
        role,
        content: decodeBlocks(message, decodeUserBlock),
        extensions: extensionsOf(message),
      });
    case 'assistant': {
      const content = signCalls(decodeBlocks(message, decodeAssistantBlock(opaque)));
      return defined({ role, content, extensions: extensionsOf(message) });
    }
    case 'system': {
      const content = decodeBlocks(message, decodeTextBlock);
      return defined({ role, rank: 'system' as const, content, extensions: extensionsOf(message) });
    }
    default:
      throw message.invalid('role', 'must be "user", "assistant" or "system"');
  }
}

function decodeToolChoice(fields: FieldReader): ToolChoice | undefined {
  const choice = fields.optionalReader('tool_choice');
  if (!choice) return undefined;
  const parallel = choice.optionalBoolean('disable_parallel_tool_use') ? false : undefined;
  const type = choice.string('type');
  switch (type) {
    case 'auto':
    case 'any':
    case 'none':
      return defined({ mode: type, parallel });
    case 'tool':
      return defined({ mode: 'one' as const, names: [choice.string('name')], parallel });
    default:
      throw choice.invalid('type', 'must be "auto", "any", "tool" or "none"');
  }
}

function decodeReasoning(fields: FieldReader, output: FieldReader | undefined): ReasoningPreference {
  const effort = output?.optionalOneOf('effort', EFFORTS);
  const thinking = fields.optionalReader('thinking');
  if (!thinking) return defined({ effort });
  const type = thinking.string('type');
  const show = thinking.optionalString('display') === 'omitted' ? ('none' as const) : undefined;
  switch (type) {
    case 'disabled':
      return defined({ effort, off: true });
    case 'enabled':
      return defined({ effort, budgetTokens: thinking.optionalTokens('budget_tokens'), show });
    case 'adaptive':
      return defined({ effort, adaptive: true, show });
    case 'between_tools':
      return defined({ effort, betweenTools: true, show });
    default:
      throw thinking.invalid('type', 'must be "enabled", "adaptive", "between_tools" or "disabled"');
  }
}

function decodeOutput(output: FieldReader | undefined): OutputFormat | undefined {
  const format = output?.optionalReader('format');
  if (!format) return undefined;
  if (format.string('type') !== 'json_schema') throw format.invalid('type', 'must be "json_schema"');
  return defined({ type: 'schema' as const, schema: format.optionalObject('schema') });
}
