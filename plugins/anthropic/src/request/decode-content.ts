import {
  type AssistantPart,
  type CacheMark,
  defined,
  type FieldReader,
  type JsonObject,
  type MediaPart,
  type MediaSource,
  type Opaque,
  type OpaqueBox,
  openState,
  type RawPart,
  type ReasoningPart,
  type TextPart,
  type ToolResultPart,
  type UserPart,
} from '@dragoman/plugin';
import { extensionsOf } from '../extensions.ts';
import { ANTHROPIC, CACHE_TTLS } from '../wire.ts';

/** `content` of any message: a string, or blocks that `decodeBlock` reads. */
export function decodeBlocks<Part>(
  message: FieldReader,
  decodeBlock: (block: FieldReader) => Part,
  name = 'content',
): readonly (Part | TextPart)[] {
  const content = message.value(name);
  if (content === undefined || content === '') return [];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  if (!Array.isArray(content)) throw message.invalid(name, 'must be a string or an array of blocks');
  return message.readers(name).map(decodeBlock);
}

export function decodeTextBlock(block: FieldReader): TextPart {
  const type = block.string('type');
  if (type !== 'text') throw block.invalid('type', `must be "text" here, not ${JSON.stringify(type)}`);
  return decodeText(block);
}

export function decodeUserBlock(block: FieldReader): UserPart {
  switch (block.string('type')) {
    case 'text':
      return decodeText(block);
    case 'image':
      return decodeMedia(block, 'image');
    case 'document':
      return decodeMedia(block, 'document');
    case 'tool_result':
      return decodeToolResult(block);
    default:
      return rawPart(block);
  }
}

export function decodeAssistantBlock(opaque: OpaqueBox) {
  return (block: FieldReader): AssistantPart => {
    switch (block.string('type')) {
      case 'text':
        return decodeText(block);
      case 'thinking':
        return decodeThinking(block, opaque);
      case 'redacted_thinking':
        return hiddenReasoning(ownerOf(block.string('data'), 'redacted', opaque));
      case 'tool_use':
        block.countToolCall();
        return defined({
          type: 'tool-call' as const,
          id: block.string('id'),
          name: block.string('name'),
          form: 'json' as const,
          arguments: JSON.stringify(block.optionalObject('input') ?? {}),
          cache: decodeCache(block),
          extensions: extensionsOf(block),
        });
      default:
        return rawPart(block);
    }
  };
}

export function decodeCache(block: FieldReader): CacheMark | undefined {
  const mark = block.optionalReader('cache_control');
  return mark && defined({ ttl: mark.optionalOneOf('ttl', CACHE_TTLS) });
}

function decodeText(block: FieldReader): TextPart {
  return defined({
    type: 'text' as const,
    text: block.string('text'),
    cache: decodeCache(block),
    extensions: extensionsOf(block, ownCitations(block)),
  });
}

/** Citations that this gateway made of another upstream's have no index that Anthropic could read. */
function ownCitations(block: FieldReader): JsonObject {
  const citations = block.readers('citations').map((citation) => citation.all());
  const own = citations.filter((citation) => citation['encrypted_index'] !== '');
  return own.length > 0 ? { citations: own } : {};
}

/** A signature of this gateway's making carries another protocol's state; any other is Anthropic's own. */
function decodeThinking(block: FieldReader, box: OpaqueBox): ReasoningPart {
  const text = block.optionalString('thinking') ?? '';
  const signature = block.optionalString('signature');
  const opaque = signature ? ownerOf(signature, 'thinking', box) : undefined;
  return defined({
    type: 'reasoning' as const,
    text,
    form: text === '' ? ('hidden' as const) : ('raw' as const),
    opaque,
  });
}

function ownerOf(data: string, kind: Opaque['kind'], box: OpaqueBox): Opaque | undefined {
  return openState(box, { protocol: ANTHROPIC, kind, data });
}

function hiddenReasoning(opaque: Opaque | undefined): ReasoningPart {
  return defined({ type: 'reasoning' as const, text: '', form: 'hidden' as const, opaque });
}

function decodeMedia(block: FieldReader, media: 'image' | 'document'): MediaPart {
  return defined({
    type: 'media' as const,
    media,
    source: decodeSource(block.reader('source')),
    name: block.optionalString('title'),
    context: block.optionalString('context'),
    wantsCitations: block.optionalReader('citations')?.optionalBoolean('enabled'),
    cache: decodeCache(block),
    extensions: extensionsOf(block),
  });
}

function decodeSource(source: FieldReader): MediaSource {
  const type = source.string('type');
  switch (type) {
    case 'base64':
      return { type, mimeType: source.string('media_type'), data: source.string('data') };
    case 'url':
      return { type, url: source.string('url') };
    case 'file':
      return { type, id: source.string('file_id'), owner: ANTHROPIC };
    case 'text':
      return defined({ type, text: source.string('data'), mimeType: source.optionalString('media_type') });
    default:
      throw source.invalid('type', 'must be "base64", "url", "file" or "text"');
  }
}

function decodeToolResult(block: FieldReader): ToolResultPart {
  const content = decodeBlocks(block, (inner): TextPart | MediaPart => {
    const type = inner.string('type');
    if (type === 'image' || type === 'document') return decodeMedia(inner, type);
    return type === 'text' ? decodeText(inner) : { type: 'text', text: JSON.stringify(inner.all()) };
  });
  return defined({
    type: 'tool-result' as const,
    callId: block.string('tool_use_id'),
    isError: block.optionalBoolean('is_error'),
    content,
    cache: decodeCache(block),
    extensions: extensionsOf(block),
  });
}

function rawPart(block: FieldReader): RawPart {
  return { type: 'raw', protocol: ANTHROPIC, value: block.all() };
}
