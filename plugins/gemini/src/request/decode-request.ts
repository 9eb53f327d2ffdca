import {
  type ChatRequest,
  defined,
  FieldReader,
  invalidField,
  type RequestInput,
  type SystemMessage,
} from '@dragoman/plugin';
import { camelCased } from './camel-case.ts';
import { decodeContents } from './decode-contents.ts';
import { decodeGeneration } from './decode-generation.ts';
import { decodeToolChoice, decodeTools } from './decode-tools.ts';
import { extensionsOf } from '../extensions.ts';
import { GEMINI } from '../wire.ts';

/** The model stands in the path; SDKs may put `models/` in front. */
export function modelOf({ params }: Pick<RequestInput, 'params'>): string {
  const model = (params['model'] ?? '').replace(/^models\//, '');
  if (model === '') throw invalidField('model', 'is required in the path');
  return model;
}

/** Decodes the body of `generateContent`. Unknown fields are kept; wrong ones are refused by name. */
export function decodeRequest(input: RequestInput, stream: boolean): ChatRequest {
  const fields = new FieldReader(camelCased(input.body));
  const config = fields.optionalReader('generationConfig');
  const generation = decodeGeneration(config);
  const cachedContent = fields.optionalString('cachedContent');
  // The wire names neither the model nor a stream, but clients may.
  fields.value('model');
  const request = defined({
    protocol: GEMINI,
    model: modelOf(input),
    stream,
    system: decodeSystem(fields.value('systemInstruction')),
    messages: decodeContents(fields, input.opaque),
    tools: decodeTools(fields),
    toolChoice: decodeToolChoice(fields),
    ...generation,
    safety: fields.value('safetySettings'),
    serviceTier: fields.optionalString('serviceTier')?.toLowerCase(),
    serverState: cachedContent === undefined ? undefined : { cachedContent },
  });
  const rest = config?.rest();
  return defined({ ...request, extensions: extensionsOf(fields, rest && { generationConfig: rest }) });
}

/** A content; SDKs also take a text for one. */
function decodeSystem(value: ReturnType<FieldReader['value']>): readonly SystemMessage[] {
  const texts =
    typeof value === 'string'
      ? [value]
      : value === undefined
        ? []
        : FieldReader.of(value, 'systemInstruction')
            .readers('parts')
            .map((part) => part.optionalString('text') ?? '');
  return texts
    .filter((text) => text !== '')
    .map((text) => ({ role: 'system', rank: 'system', content: [{ type: 'text', text }] }));
}

/** Decodes the body of `countTokens`: contents alone, or a whole request. */
export function decodeCountRequest(input: RequestInput): ChatRequest {
  const body = camelCased(input.body);
  const inner = new FieldReader(body).optionalObject('generateContentRequest');
  return decodeRequest({ ...copied(input), body: inner ?? body }, false);
}

function copied({ params, query, headers, opaque }: RequestInput): Omit<RequestInput, 'body'> {
  return { params, query, headers, opaque };
}
