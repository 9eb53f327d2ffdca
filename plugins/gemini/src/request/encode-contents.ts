import {
  argumentsObject,
  type AssistantMessage,
  type AssistantPart,
  defined,
  GatewayError,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type MediaPart,
  type Message,
  nameSpeakers,
  pairToolResults,
  parseJson,
  remind,
  type ToolCallPart,
  type ToolResultPart,
  type UserMessage,
  type UserPart,
  wrapFreeform,
} from '@dragoman/plugin';
import type { EncodeRequestContext } from '../encode-context.ts';
import { withExtensions } from '../extensions.ts';
import { GEMINI, NO_SIGNATURE } from '../wire.ts';

/** A turn as the API has it. */
interface Content {
  readonly role: 'user' | 'model';
  readonly holdsResults?: boolean;
  readonly parts: readonly JsonObject[];
}

interface Context extends EncodeRequestContext {
  /** The name of the tool that a call asked for, by the call's id: results often do not say it. */
  readonly called: ReadonlyMap<string, string>;
}

/** Encodes a conversation: neighbours of one role are one content, but results of tools stand alone. */
export function encodeContents(
  messages: readonly Message[],
  requestContext: EncodeRequestContext,
): readonly Content[] {
  const context = { ...requestContext, called: calledTools(messages, requestContext) };
  const contents: (Content & { readonly parts: JsonObject[] })[] = [];
  for (const message of nameSpeakers(pairToolResults(messages))) {
    for (const content of encodeMessage(message, context)) {
      if (content.parts.length === 0) continue;
      const last = contents.at(-1);
      const joins = last?.role === content.role && !content.holdsResults && !last.holdsResults;
      if (joins) last.parts.push(...content.parts);
      else contents.push({ ...content, parts: [...content.parts] });
    }
  }
  return context.capabilities.thoughtSignatureRequired ? contents.map(signed) : contents;
}

function calledTools(
  messages: readonly Message[],
  { names }: EncodeRequestContext,
): ReadonlyMap<string, string> {
  const calls = messages.flatMap(({ content }) =>
    content.flatMap((part) => (part.type === 'tool-call' ? [part] : [])),
  );
  return new Map(calls.map(({ id, name, namespace }) => [id, names.toWire(name, namespace)]));
}

/** The first call of a step must carry a signature; calls from elsewhere have none. */
function signed(content: Content): Content {
  const at = content.parts.findIndex((part) => part['functionCall'] !== undefined);
  const call = content.parts[at];
  if (!call || call['thoughtSignature'] !== undefined) return content;
  return { ...content, parts: content.parts.with(at, { ...call, thoughtSignature: NO_SIGNATURE }) };
}

function encodeMessage(message: Message, context: Context): readonly Content[] {
  switch (message.role) {
    case 'system':
      // In place, since moving it to the front would change what it follows and break the prompt's cache.
      return [{ role: 'user', parts: [{ text: remind(message) }] }];
    case 'user':
      return encodeUser(message, context);
    case 'assistant':
      return [{ role: 'model', parts: encodeTurn(message, context) }];
  }
}

/** Media of results that cannot hold them follows in a content of its own. */
function encodeUser({ content }: UserMessage, context: Context): readonly Content[] {
  const results = content.filter((part) => part.type === 'tool-result');
  const rest = content.filter((part) => part.type !== 'tool-result');
  const media = context.capabilities.functionResponseParts ? [] : results.flatMap(mediaOf);
  return [
    { role: 'user', holdsResults: true, parts: results.map((result) => encodeResult(result, context)) },
    { role: 'user', parts: [...media, ...rest].flatMap((part) => encodeUserPart(part, context)) },
  ];
}

function mediaOf({ content }: ToolResultPart): readonly MediaPart[] {
  return content.filter((part) => part.type === 'media');
}

function encodeUserPart(part: UserPart, context: Context): readonly JsonObject[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [withExtensions({ text: part.text }, part.extensions)];
    case 'media':
      return [encodeMedia(part, context)];
    case 'raw':
      if (part.protocol === GEMINI && isJsonObject(part.value)) return [part.value];
      context.drop('messages', `A part that only ${part.protocol} knows was left out.`);
      return [];
    case 'tool-result':
      return [];
  }
}

/** Encodes an image, a sound, a film or a document; what this wire cannot carry is refused. */
function encodeMedia(part: MediaPart, context: Context): JsonObject {
  const { source, name: displayName, detail, extensions } = part;
  if (detail === 'low' || detail === 'high')
    context.drop('detail', 'The upstream has no detail of an image.');
  if (part.context !== undefined) context.drop('context', 'The upstream has no description of a document.');
  if (part.wantsCitations) context.drop('citations', 'The upstream does not cite documents.');
  switch (source.type) {
    case 'text':
      return { text: source.text };
    case 'base64': {
      const inlineData = defined({ mimeType: source.mimeType, data: source.data, displayName });
      return withExtensions({ inlineData }, extensions);
    }
    case 'file':
      if (source.owner !== GEMINI)
        throw refused(
          `The file ${source.id} belongs to ${source.owner}, which this model's upstream cannot read.`,
        );
      return withExtensions(
        { fileData: defined({ fileUri: source.id, mimeType: source.mimeType }) },
        extensions,
      );
    case 'url':
      // By default, the only pages that it fetches itself.
      if (
        !context.capabilities.urlImages &&
        !/^https:\/\/(?:www\.)?(?:youtube\.com|youtu\.be)\//i.test(source.url)
      )
        throw refused(`This model's upstream takes no ${part.media} by URL.`);
      return withExtensions(
        { fileData: defined({ fileUri: source.url, mimeType: source.mimeType }) },
        extensions,
      );
  }
}

function refused(message: string): GatewayError {
  return new GatewayError('invalid', message, { field: 'messages' });
}

function encodeResult(result: ToolResultPart, context: Context): JsonObject {
  const { callId, name, isError } = result;
  const media = context.capabilities.functionResponseParts ? mediaOf(result) : [];
  const parts = media.map((part) => encodeMedia(part, context));
  const value = valueOf(result);
  const response = isError ? { error: value } : isJsonObject(value) ? value : { output: value };
  const functionResponse = defined({
    id: callId,
    name: context.called.get(callId) ?? name ?? callId,
    response,
    parts: parts.length > 0 ? parts : undefined,
  });
  return { functionResponse: withExtensions(functionResponse, result.extensions) };
}

/** A JSON object as it is; all else as the text that it is. */
function valueOf({ json, content }: ToolResultPart): JsonValue {
  if (json !== undefined) return json;
  const texts = content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const text = texts.join('\n');
  return /^\s*\{/.test(text) ? (parseJson(text) ?? text) : text;
}

function encodeTurn({ content }: AssistantMessage, context: Context): readonly JsonObject[] {
  return content.flatMap((part) => encodeModelPart(part, context));
}

function encodeModelPart(part: AssistantPart, context: Context): readonly JsonObject[] {
  switch (part.type) {
    case 'text': {
      const thoughtSignature = signatureOf(part);
      return part.text === '' && !thoughtSignature ? [] : [defined({ text: part.text, thoughtSignature })];
    }
    case 'refusal':
      return part.text === '' ? [] : [{ text: part.text }];
    case 'reasoning': {
      const thoughtSignature = signatureOf(part);
      if (thoughtSignature && part.opaque?.kind === 'text') return [{ text: '', thoughtSignature }];
      if (thoughtSignature) return [{ text: part.text, thought: true, thoughtSignature }];
      context.drop('messages.reasoning', 'The upstream takes back only thoughts that it signed itself.');
      return [];
    }
    case 'tool-call':
      if (part.hosted) break;
      return [encodeCall(part, context)];
    case 'media':
      return [encodeMedia(part, context)];
    case 'raw':
      if (part.protocol !== GEMINI || !isJsonObject(part.value)) break;
      return [part.value];
    case 'tool-result':
      break;
  }
  context.drop('messages', `A part of an assistant's turn (${part.type}) was left out.`);
  return [];
}

function signatureOf({ opaque }: Pick<ToolCallPart, 'opaque'>): string | undefined {
  return opaque?.protocol === GEMINI ? opaque.data : undefined;
}

function encodeCall(call: ToolCallPart, { names }: Context): JsonObject {
  const text = call.form === 'freeform' ? wrapFreeform(call.arguments) : call.arguments;
  const functionCall = {
    id: call.id,
    name: names.toWire(call.name, call.namespace),
    args: argumentsObject(text),
  };
  return defined({ functionCall, thoughtSignature: signatureOf(call) });
}
