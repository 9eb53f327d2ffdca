import { defined, type JsonObject, type MediaPart } from '@dragoman/plugin';
import { dropOfMedia } from '../../common/encode-common.ts';
import type { EncodeRequestContext } from '../../common/encode-request-context.ts';
import { audioFormat, dataUrl, refused } from '../../common/media.ts';
import { withExtensions } from '../extensions.ts';
import { OPENAI_CHAT } from '../wire.ts';

/** Encodes an image, a sound or a document; what this wire cannot carry is refused, since answers depend on it. */
export function encodeMedia(part: MediaPart, context: EncodeRequestContext): JsonObject {
  const { capabilities } = context;
  dropOfMedia(part, context);
  const { source, media, name, detail, extensions } = part;
  if (source.type === 'text') return { type: 'text', text: source.text };
  if (source.type === 'file' && source.owner !== OPENAI_CHAT) {
    throw refused(
      `The file ${source.id} belongs to ${source.owner}, which this model's upstream cannot read.`,
    );
  }
  if (media === 'image' && source.type !== 'file') {
    if (source.type === 'url' && !capabilities.urlImages) throw refused('The model takes no images by URL.');
    const url = source.type === 'url' ? source.url : dataUrl(source);
    return withExtensions({ type: 'image_url', image_url: defined({ url, detail }) }, extensions);
  }
  if (media === 'audio' && source.type === 'base64') {
    const input_audio = { data: source.data, format: audioFormat(source.mimeType) };
    return withExtensions({ type: 'input_audio', input_audio }, extensions);
  }
  if (media !== 'document' || source.type === 'url') {
    const how = source.type === 'url' ? ' by URL' : '';
    throw refused(`This model's upstream takes no ${media}${how}.`);
  }
  const content = source.type === 'file' ? { file_id: source.id } : { file_data: dataUrl(source) };
  return withExtensions({ type: 'file', file: defined({ ...content, filename: name }) }, extensions);
}
