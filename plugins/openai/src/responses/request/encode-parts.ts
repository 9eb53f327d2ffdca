import {
  type CacheMark,
  defined,
  isJsonObject,
  type JsonObject,
  type MediaPart,
  type TextPart,
  type UserPart,
} from '@dragoman/plugin';
import type { EncodeRequestContext } from '../../common/encode-request-context.ts';
import { audioFormat, dataUrl, refused } from '../../common/media.ts';
import { dropOfMedia, encodeCache } from '../../common/encode-common.ts';
import { withExtensions } from '../extensions.ts';
import { RESPONSES } from '../wire.ts';

type Content = string | readonly JsonObject[];

/** One text without marks goes as a string; all else as parts. */
export function encodeContent(
  parts: readonly (TextPart | MediaPart)[],
  context: EncodeRequestContext,
): Content {
  const encoded = parts.map((part) => encodePart(part, context));
  const [first] = encoded;
  if (!first) return '';
  const isPlain = encoded.length === 1 && first['type'] === 'input_text' && Object.keys(first).length === 2;
  return isPlain ? (first['text'] as string) : encoded;
}

/** What a user says; empty when nothing of it is left. */
export function encodeUserParts(parts: readonly UserPart[], context: EncodeRequestContext): Content {
  const said = parts.filter((part) => part.type !== 'text' || part.text !== '');
  const plain = said.filter((part) => part.type === 'text' || part.type === 'media');
  return plain.length === said.length
    ? encodeContent(plain, context)
    : said.flatMap((part) => encodeUserPart(part, context));
}

function encodeUserPart(part: UserPart, context: EncodeRequestContext): readonly JsonObject[] {
  if (part.type === 'text' || part.type === 'media') return [encodePart(part, context)];
  if (part.type === 'raw' && part.protocol === RESPONSES && isJsonObject(part.value)) return [part.value];
  context.drop('messages', `A part of a user's turn (${part.type}) was left out.`);
  return [];
}

function encodePart(part: TextPart | MediaPart, context: EncodeRequestContext): JsonObject {
  if (part.type === 'media') return encodeMedia(part, context);
  const { text, cache, extensions } = part;
  const mark = cache && encodeMark(cache, context);
  return withExtensions(defined({ type: 'input_text', text, prompt_cache_breakpoint: mark }), extensions);
}

function encodeMark(cache: CacheMark, context: EncodeRequestContext): JsonObject | undefined {
  if (context.capabilities.promptCacheBreakpoints) return encodeCache(cache, context);
  context.drop('cache', 'The model takes no cache marks.');
  return undefined;
}

/** Encodes an image, a sound or a document; what this wire cannot carry is refused, since answers depend on it. */
function encodeMedia(part: MediaPart, context: EncodeRequestContext): JsonObject {
  const { capabilities } = context;
  dropOfMedia(part, context);
  const { media, source, detail, name: filename, extensions } = part;
  if (source.type === 'text') return { type: 'input_text', text: source.text };
  if (source.type === 'file' && source.owner !== RESPONSES) {
    throw refused(
      `The file ${source.id} belongs to ${source.owner}, which this model's upstream cannot read.`,
    );
  }
  if (media === 'image') {
    if (source.type === 'url' && !capabilities.urlImages) throw refused('The model takes no images by URL.');
    const image =
      source.type === 'file'
        ? { file_id: source.id }
        : { image_url: source.type === 'url' ? source.url : dataUrl(source) };
    return withExtensions({ type: 'input_image', ...image, detail: detail ?? 'auto' }, extensions);
  }
  if (media === 'audio' && source.type === 'base64') {
    const input_audio = { data: source.data, format: audioFormat(source.mimeType) };
    return withExtensions({ type: 'input_audio', input_audio }, extensions);
  }
  if (media !== 'document') throw refused(`This model's upstream takes no ${media}.`);
  if (source.type === 'base64') {
    const file = { filename: filename ?? fileName(source.mimeType), file_data: dataUrl(source) };
    return withExtensions({ type: 'input_file', ...file }, extensions);
  }
  const file = source.type === 'file' ? { file_id: source.id } : { file_url: source.url };
  return withExtensions({ type: 'input_file', ...file }, extensions);
}

/** Data without a name is refused by the API, which goes by its ending. */
function fileName(mimeType: string): string {
  return `document.${mimeType.replace(/^.*[/+.]/, '') || 'txt'}`;
}
