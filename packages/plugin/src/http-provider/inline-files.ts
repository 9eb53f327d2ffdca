import type { ChatRequest, MediaPart, Message } from '../canonical/chat.ts';
import { GatewayError } from '../canonical/errors.ts';
import type { CallContext, FetchedFile } from '../plugin/call-context.ts';
import type { UpstreamCodec } from '../plugin/upstream-codec.ts';

type Part = Message['content'][number];
type Files = ReadonlyMap<string, FetchedFile>;

/** The request with the bytes of all files that the client named by URL and the upstream's wire does not accept so. */
export async function inlineFiles(
  request: ChatRequest,
  { takesUrl }: Pick<UpstreamCodec, 'takesUrl'>,
  { capabilities, fetchFiles }: Pick<CallContext, 'capabilities' | 'fetchFiles'>,
): Promise<ChatRequest> {
  if (!takesUrl) return request;
  const wanted = new Set(
    request.messages
      .flatMap(({ content }): readonly Part[] => content)
      .flatMap(mediaOf)
      .filter((part) => part.source.type === 'url' && !takesUrl(part, capabilities)),
  );
  if (wanted.size === 0) return request;
  const files = await fetchFiles([...wanted].map(urlOf));
  const inline = <P extends Part>(part: P): P => {
    if (part.type === 'media' && wanted.has(part)) return { ...part, source: sourceOf(part, files) };
    return part.type === 'tool-result' ? { ...part, content: part.content.map(inline) } : part;
  };
  // Each message keeps its role, and each part its type.
  const inlined = (message: Message): Message =>
    ({ ...message, content: message.content.map(inline) }) as Message;
  return { ...request, messages: request.messages.map(inlined) };
}

function mediaOf(part: Part): readonly MediaPart[] {
  if (part.type === 'tool-result') return part.content.flatMap(mediaOf);
  return part.type === 'media' ? [part] : [];
}

function urlOf({ source }: MediaPart): string {
  return source.type === 'url' ? source.url : '';
}

const TYPES: Readonly<Record<MediaPart['media'], RegExp>> = {
  image: /^image\/(?!svg)/,
  audio: /^audio\//,
  video: /^video\//,
  document: /^(?:application\/pdf|application\/json|text\/.+)$/,
};

function sourceOf(part: MediaPart, files: Files): MediaPart['source'] {
  const url = urlOf(part);
  const file = files.get(url);
  if (!file) throw new Error('A file was not fetched.');
  const { mimeType, data } = file;
  if (!TYPES[part.media].test(mimeType)) {
    const message = `${JSON.stringify(url.slice(0, 200))} leads to ${mimeType} where ${part.media} was expected.`;
    throw new GatewayError('invalid', message, { field: 'messages', code: 'url_not_fetched' });
  }
  // Few upstreams accept a plain-text document as bytes.
  if (part.media === 'document' && mimeType !== 'application/pdf') {
    return { type: 'text', mimeType: 'text/plain', text: data.toString('utf8') };
  }
  return { type: 'base64', mimeType, data: data.toString('base64') };
}
