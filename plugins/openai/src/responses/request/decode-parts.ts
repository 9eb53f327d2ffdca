import {
  type AssistantPart,
  defined,
  type FieldReader,
  type MediaPart,
  type MediaSource,
  type TextPart,
  type UserPart,
} from '@dragoman/plugin';
import { decodeCacheMark } from '../../common/decode-content.ts';
import { parseDataUrl } from '../../common/values.ts';
import { extensionsOf } from '../extensions.ts';
import { RESPONSES } from '../wire.ts';

export function decodeTextPart(part: FieldReader): TextPart {
  const type = part.string('type');
  if (type === 'input_text' || type === 'output_text' || type === 'text') return decodeText(part);
  throw part.invalid('type', `must be "input_text" here, not ${JSON.stringify(type)}`);
}

/** A part of what the user says. One of a type that is not known stays, for upstreams that know it. */
export function decodeUserPart(part: FieldReader): UserPart {
  return decodeResultPart(part) ?? { type: 'raw', protocol: RESPONSES, value: part.all() };
}

/** A part of what a tool gave; `undefined` for a type that is not known. */
export function decodeResultPart(part: FieldReader): TextPart | MediaPart | undefined {
  switch (part.string('type')) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return decodeText(part);
    case 'input_image':
      return decodeImage(part);
    case 'input_file':
      return decodeFile(part);
    case 'input_audio':
      return decodeAudio(part);
    default:
      return undefined;
  }
}

export function decodeAssistantPart(part: FieldReader): AssistantPart {
  const type = part.string('type');
  if (type === 'refusal') return { type, text: part.string('refusal') };
  if (type === 'output_text' || type === 'input_text' || type === 'text') return decodeText(part);
  return { type: 'raw', protocol: RESPONSES, value: part.all() };
}

function decodeText(part: FieldReader): TextPart {
  // What was cited belongs to the answer, not to the history.
  part.value('annotations');
  part.value('logprobs');
  const cache = decodeCacheMark(part);
  return defined({
    type: 'text' as const,
    text: part.string('text'),
    cache,
    extensions: extensionsOf(part),
  });
}

function decodeImage(part: FieldReader): MediaPart {
  const url = part.optionalString('image_url');
  const id = part.optionalString('file_id');
  const source = url === undefined ? fileSource(id) : urlSource(url);
  if (!source) throw part.invalid('image_url', 'must be an http(s) URL or a base64 data URL');
  return defined({
    type: 'media' as const,
    media: 'image' as const,
    source,
    detail: part.optionalOneOf('detail', ['auto', 'low', 'high', 'original']),
    extensions: extensionsOf(part),
  });
}

function decodeFile(part: FieldReader): MediaPart {
  const data = part.optionalString('file_data');
  const url = part.optionalString('file_url');
  const id = part.optionalString('file_id');
  const given = data ?? url;
  const source = given === undefined ? fileSource(id) : urlSource(given);
  if (!source) throw part.invalid('file_data', 'must be a base64 data URL, or file_url or file_id be given');
  return defined({
    type: 'media' as const,
    media: 'document' as const,
    source,
    name: part.optionalString('filename'),
    extensions: extensionsOf(part),
  });
}

function decodeAudio(part: FieldReader): MediaPart {
  const audio = part.optionalReader('input_audio') ?? part;
  const mimeType = `audio/${audio.string('format')}`;
  const source = { type: 'base64' as const, mimeType, data: audio.string('data') };
  return { type: 'media', media: 'audio', source };
}

function fileSource(id: string | undefined): MediaSource | undefined {
  return id === undefined ? undefined : { type: 'file', id, owner: RESPONSES };
}

function urlSource(url: string): MediaSource | undefined {
  const data = parseDataUrl(url);
  if (data) return { type: 'base64', ...data };
  return /^https?:\/\//i.test(url) ? { type: 'url', url } : undefined;
}
