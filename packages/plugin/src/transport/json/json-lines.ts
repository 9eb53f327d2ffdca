import { GatewayError } from '../../canonical/errors.ts';
import type { SseEvent } from '../sse.ts';

const MAX_LINE_CHARACTERS = 16 * 1024 * 1024;

/** Whether a content type is JSON lines. */
export function isJsonLines(contentType: string): boolean {
  return /^application\/(?:x-)?(?:ndjson|jsonl|json-?lines)\b/i.test(contentType);
}

/** Reads JSON lines, at any chunking, each as the data of an event. Empty lines are skipped. */
export async function* readJsonLines(bytes: AsyncIterable<Uint8Array | string>): AsyncGenerator<SseEvent> {
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  for await (const chunk of bytes) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = text.split('\n');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      const data = (rest + line).trim();
      rest = '';
      if (data !== '') yield { data };
    }
    rest += last;
    if (rest.length > MAX_LINE_CHARACTERS) {
      throw new GatewayError(
        'upstream-broken',
        `The upstream sent a line of more than ${MAX_LINE_CHARACTERS} characters.`,
      );
    }
  }
  const data = (rest + decoder.decode()).trim();
  if (data !== '') yield { data };
}
