import { defined, FieldReader, type MediaPart, type TextPart, type UserPart } from '@dragoman/plugin';
import { extensionsOf } from '../extensions.ts';
import { OPENAI_CHAT } from '../wire.ts';
import { decodeCacheMark } from '../../common/decode-content.ts';
import { parseDataUrl } from '../../common/values.ts';

export function decodeTextPart(part: FieldReader): TextPart {
  const type = part.string('type');
  if (type !== 'text') throw part.invalid('type', `must be "text" here, not ${JSON.stringify(type)}`);
  return decodeText(part);
}

export function decodeText(part: FieldReader): TextPart {
  const cache = decodeCacheMark(part);
  return defined({
    type: 'text' as const,
    text: part.string('text'),
    cache,
    extensions: extensionsOf(part),
  });
}

/** A part of a user's message. One of a type that is not known stays as it is, for upstreams that know it. */
export function decodeUserPart(part: FieldReader): UserPart {
  switch (part.string('type')) {
    case 'text':
      return decodeText(part);
    case 'image_url':
      return decodeImage(part);
    case 'input_audio':
      return decodeAudio(part);
    case 'file':
      return decodeFile(part);
    default:
      return { type: 'raw', protocol: OPENAI_CHAT, value: part.all() };
  }
}

function decodeImage(part: FieldReader): MediaPart {
  const image = part.reader('image_url');
  const url = image.string('url');
  const data = parseDataUrl(url);
  if (!data && !/^https?:\/\//i.test(url)) {
    throw image.invalid('url', 'must be an http(s) URL or a base64 data URL');
  }
  return defined({
    type: 'media' as const,
    media: 'image' as const,
    source: data ? { type: 'base64' as const, ...data } : { type: 'url' as const, url },
    detail: image.optionalOneOf('detail', ['auto', 'low', 'high', 'original']),
    extensions: extensionsOf(part, { image_url: image }),
  });
}

function decodeAudio(part: FieldReader): MediaPart {
  const audio = part.reader('input_audio');
  const mimeType = `audio/${audio.string('format')}`;
  return defined({
    type: 'media' as const,
    media: 'audio' as const,
    source: { type: 'base64' as const, mimeType, data: audio.string('data') },
    extensions: extensionsOf(part, { input_audio: audio }),
  });
}

function decodeFile(part: FieldReader): MediaPart {
  const file = part.reader('file');
  const id = file.optionalString('file_id');
  const content = file.optionalString('file_data');
  const data = content === undefined ? undefined : parseDataUrl(content);
  if (content !== undefined && !data) throw file.invalid('file_data', 'must be a base64 data URL');
  if (id === undefined && !data) throw file.invalid('file_data', 'or file_id is required');
  return defined({
    type: 'media' as const,
    media: 'document' as const,
    source: data
      ? { type: 'base64' as const, ...data }
      : { type: 'file' as const, id: id ?? '', owner: OPENAI_CHAT },
    name: file.optionalString('filename'),
    extensions: extensionsOf(part, { file }),
  });
}
