import type { JsonValue } from '@dragoman/plugin';

/** One event of a stream on the wire. `data` that is a string is sent as it is. */
export interface Frame {
  readonly event?: string;
  readonly data: JsonValue;
}

/** `sse` is what all protocols speak; Gemini streams a JSON array when the client does not ask for SSE. */
export type FrameTransport = 'sse' | 'json-array';

export const CONTENT_TYPES: Readonly<Record<FrameTransport, string>> = {
  sse: 'text/event-stream; charset=utf-8',
  'json-array': 'application/json; charset=UTF-8',
};

/** The text of a stream, frame by frame; joined it is the whole body. */
export async function* encodeFrames(
  frames: Iterable<Frame> | AsyncIterable<Frame>,
  transport: FrameTransport = 'sse',
): AsyncGenerator<string> {
  let first = true;
  for await (const frame of frames) {
    if (transport === 'sse') yield encodeSse(frame);
    else yield `${first ? '[' : ',\r\n'}${encodeData(frame.data)}`;
    first = false;
  }
  if (transport === 'json-array') yield first ? '[]' : '\r\n]';
}

function encodeSse({ event, data }: Frame): string {
  const lines = encodeData(data).split('\n');
  const name = event === undefined ? '' : `event: ${event}\n`;
  return `${name}${lines.map((line) => `data: ${line}\n`).join('')}\n`;
}

function encodeData(data: JsonValue): string {
  return typeof data === 'string' ? data : JSON.stringify(data);
}

/** Reads a whole SSE body back into frames, for tests that look at what a client received. */
export function decodeSse(body: string): readonly Frame[] {
  return body.split('\n\n').flatMap((block): Frame[] => {
    const lines = block.split('\n').filter((line) => line !== '' && !line.startsWith(':'));
    if (lines.length === 0) return [];
    const field = (name: string): string[] =>
      lines
        .filter((line) => line.startsWith(`${name}:`))
        .map((line) => line.slice(name.length + 1).trimStart());
    const [event] = field('event');
    const data = decodeData(field('data').join('\n'));
    return [event === undefined ? { data } : { event, data }];
  });
}

function decodeData(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
