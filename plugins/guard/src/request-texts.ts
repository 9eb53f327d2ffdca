import type {
  AssistantMessage,
  AssistantPart,
  ChatRequest,
  JsonValue,
  MediaPart,
  RawPart,
  SystemMessage,
  TextPart,
  ToolResultPart,
  UserMessage,
  UserPart,
} from '@dragoman/plugin';
import { isJsonObject, parseJson } from '@dragoman/plugin';
import type { Place } from './options.ts';
import type { Form } from './texts.ts';

/** Where a text of a request is. */
export interface TextPlace {
  readonly place: Place;
  readonly form: Form;
  /** Whose words they are. */
  readonly role: 'system' | 'user' | 'assistant';
}

export type MapText = (text: string, where: TextPlace) => string;

/** The request with all texts that a model reads mapped, in their order. Tools and settings stay. */
export function mapRequest(request: ChatRequest, map: MapText): ChatRequest {
  const system = request.system.map((message) => mapSystem(message, map));
  const messages = request.messages.map((message) => {
    switch (message.role) {
      case 'system':
        return mapSystem(message, map);
      case 'user':
        return mapMessage(message, map);
      case 'assistant':
        return mapMessage(message, map);
    }
  });
  return { ...request, system, messages };
}

function mapSystem(message: SystemMessage, map: MapText): SystemMessage {
  const where: TextPlace = { place: 'system', form: 'text', role: 'system' };
  const content = message.content.map((part) => ({ ...part, text: map(part.text, where) }));
  return { ...message, ...mapName(message, (name) => map(name, where)), content };
}

function mapMessage<Message extends UserMessage | AssistantMessage>(message: Message, map: MapText): Message {
  const { role } = message;
  const name = mapName(message, (name) => map(name, { place: 'messages', form: 'text', role }));
  return { ...message, ...name, content: message.content.map((part) => mapPart(part, role, map)) };
}

/** Names of speakers and files are read by the model, too. */
function mapName(
  { name }: { readonly name?: string },
  map: (name: string) => string,
): { readonly name?: string } {
  return name === undefined ? {} : { name: map(name) };
}

function mapPart(
  part: UserPart | AssistantPart,
  role: 'user' | 'assistant',
  map: MapText,
): UserPart | AssistantPart {
  const where: TextPlace = { place: 'messages', form: 'text', role };
  switch (part.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return { ...part, text: map(part.text, where) };
    case 'media':
      return mapMedia(part, (text) => map(text, where));
    case 'tool-call': {
      const form = part.form === 'json' ? 'json' : 'text';
      return { ...part, arguments: map(part.arguments, { ...where, place: 'tool-arguments', form }) };
    }
    case 'tool-result':
      return mapToolResult(part, (text, form) => map(text, { place: 'tool-results', form, role }));
    case 'raw':
      return mapRaw(part, (text, form) => map(text, { ...where, form }));
  }
}

/** What names, describes or seals something in a part that only one protocol knows: its upstream needs it as it is. */
const FIXED = /(?:^|_)(?:id|type|status|role|signature|data)$|^encrypted_|(?:Id|Type|Status|Signature)$/;

/** Maps the texts of a part that only one protocol knows, such as the output of a shell. */
export function mapRaw(part: RawPart, map: (text: string, form: Form) => string): RawPart {
  const mapValue = (value: JsonValue): JsonValue => {
    if (typeof value === 'string') return map(value, isJson(value) ? 'json' : 'text');
    if (Array.isArray(value)) return value.map(mapValue);
    return isJsonObject(value) ? Object.fromEntries(Object.entries(value).map(mapField)) : value;
  };
  const mapField = ([name, value]: [string, JsonValue | undefined]): [string, JsonValue | undefined] =>
    value === undefined || (typeof value === 'string' && FIXED.test(name))
      ? [name, value]
      : [name, mapValue(value)];
  return { ...part, value: mapValue(part.value) };
}

/** Maps the texts of a tool result; those that are JSON as JSON. */
export function mapToolResult(
  part: ToolResultPart,
  map: (text: string, form: Form) => string,
): ToolResultPart {
  const mapOne = (inner: TextPart | MediaPart): TextPart | MediaPart =>
    inner.type === 'text'
      ? { ...inner, text: map(inner.text, isJson(inner.text) ? 'json' : 'text') }
      : mapMedia(inner, (text) => map(text, 'text'));
  const { json } = part;
  const content = part.content.map(mapOne);
  if (json === undefined) return { ...part, content };
  return { ...part, content, json: JSON.parse(map(JSON.stringify(json), 'json')) as JsonValue };
}

function isJson(text: string): boolean {
  return /^\s*[[{"]/.test(text) && parseJson(text) !== undefined;
}

/** Maps what a media part says in words. */
export function mapMedia(part: MediaPart, map: (text: string) => string): MediaPart {
  const { source, transcript, context } = part;
  return {
    ...part,
    ...mapName(part, map),
    ...(source.type === 'text' && { source: { ...source, text: map(source.text) } }),
    ...(transcript !== undefined && { transcript: map(transcript) }),
    ...(context !== undefined && { context: map(context) }),
  };
}
