import {
  type AssistantPart,
  defined,
  type FieldReader,
  type JsonValue,
  type MediaPart,
  type Message,
  type Opaque,
  type OpaqueBox,
  openState,
  type ToolResultPart,
  type UserPart,
} from '@dragoman/plugin';
import { extensionsOf } from '../extensions.ts';
import { OpenCalls } from './open-calls.ts';
import { GEMINI } from '../wire.ts';

/** Decodes `contents`. */
export function decodeContents(fields: FieldReader, box: OpaqueBox): readonly Message[] {
  const contents = fields.readers('contents');
  if (contents.length === 0) throw fields.invalid('contents', 'must hold at least one content');
  const reader = new ContentsReader(box);
  return contents.map((content, turn) => reader.read(content, turn));
}

class ContentsReader {
  readonly #box: OpaqueBox;
  #open = new OpenCalls([]);

  constructor(box: OpaqueBox) {
    this.#box = box;
  }

  read(content: FieldReader, turn: number): Message {
    const role = content.optionalString('role') ?? 'user';
    const parts = content.readers('parts');
    if (role === 'model') {
      const decoded = parts
        .map((part, at) => this.#modelPart(part, `call_${turn}_${at}`))
        // Streams end in such a text, and clients send it back.
        .filter((part) => part.type !== 'text' || part.text !== '' || part.opaque);
      this.#open = new OpenCalls(decoded.filter((part) => part.type === 'tool-call'));
      return { role: 'assistant', content: decoded };
    }
    if (role !== 'user' && role !== 'function') throw content.invalid('role', 'must be "user" or "model"');
    return { role: 'user', content: parts.map((part) => this.#userPart(part)) };
  }

  #userPart(part: FieldReader): UserPart {
    const result = part.optionalReader('functionResponse');
    if (result) return this.#result(result);
    const media = decodeMedia(part);
    if (media) return media;
    const text = part.optionalString('text');
    if (text !== undefined) return { type: 'text', text };
    return { type: 'raw', protocol: GEMINI, value: part.all() };
  }

  #modelPart(part: FieldReader, id: string): AssistantPart {
    const call = part.optionalReader('functionCall');
    const text = part.optionalString('text');
    const thought = part.optionalBoolean('thought') ?? false;
    const opaque = this.#signature(part, call ? 'call' : thought ? 'thinking' : 'text');
    if (call) {
      call.countToolCall();
      return defined({
        type: 'tool-call' as const,
        id: call.optionalString('id') || id,
        name: call.string('name'),
        form: 'json' as const,
        arguments: JSON.stringify(call.optionalObject('args') ?? {}),
        opaque,
      });
    }
    if (thought) {
      const form = text ? ('summary' as const) : ('hidden' as const);
      return defined({ type: 'reasoning' as const, text: text ?? '', form, opaque });
    }
    const media = decodeMedia(part);
    if (media) return media;
    if (text !== undefined) return defined({ type: 'text' as const, text, opaque });
    return { type: 'raw', protocol: GEMINI, value: part.all() };
  }

  #signature(part: FieldReader, kind: Opaque['kind']): Opaque | undefined {
    const data = part.optionalString('thoughtSignature');
    if (!data) return undefined;
    return openState(this.#box, { protocol: GEMINI, kind, data });
  }

  /** Results belong to calls by their id, else by name and order. */
  #result(result: FieldReader): ToolResultPart {
    const name = result.string('name');
    const id = result.optionalString('id');
    const call = id ? this.#open.takeById(id) : this.#open.takeByName(name);
    const { isError, value } = valueOf(result.value('response') ?? {});
    const media = result.readers('parts').flatMap((part) => decodeMedia(part) ?? []);
    const text = { type: 'text' as const, text: typeof value === 'string' ? value : JSON.stringify(value) };
    return defined({
      type: 'tool-result' as const,
      callId: id || call?.id || name,
      name,
      isError: isError || undefined,
      content: [text, ...media],
      json: typeof value === 'string' ? undefined : value,
      extensions: extensionsOf(result),
    });
  }
}

/** `{output}` and `{error}` are this protocol's words for what a tool gave; all else is a value of its own. */
function valueOf(response: JsonValue): { readonly isError: boolean; readonly value: JsonValue } {
  const entries = typeof response === 'object' && response !== null ? Object.entries(response) : [];
  const [[key, value] = []] = entries;
  const isOnly = entries.length === 1 && value !== undefined;
  if (isOnly && key === 'error') return { isError: true, value };
  if (isOnly && (key === 'output' || key === 'result')) return { isError: false, value };
  return { isError: false, value: response };
}

function decodeMedia(part: FieldReader): MediaPart | undefined {
  const inline = part.optionalReader('inlineData');
  if (inline) {
    const mimeType = inline.string('mimeType');
    const source = { type: 'base64' as const, mimeType, data: inline.string('data') };
    return defined({
      type: 'media' as const,
      media: kindOf(mimeType),
      source,
      name: inline.optionalString('displayName'),
    });
  }
  const file = part.optionalReader('fileData');
  if (!file) return undefined;
  const [uri, mimeType] = [file.string('fileUri'), file.optionalString('mimeType')];
  // Files of the API itself and of Google's storage are nobody else's to read.
  const isOwn = !/^https?:\/\//i.test(uri) || /^https:\/\/generativelanguage\.googleapis\.com\//i.test(uri);
  const source = isOwn
    ? defined({ type: 'file' as const, id: uri, owner: GEMINI, mimeType })
    : defined({ type: 'url' as const, url: uri, mimeType });
  return { type: 'media', media: kindOf(mimeType ?? ''), source };
}

function kindOf(mimeType: string): MediaPart['media'] {
  const [kind] = mimeType.split('/');
  return kind === 'image' || kind === 'audio' || kind === 'video' ? kind : 'document';
}
