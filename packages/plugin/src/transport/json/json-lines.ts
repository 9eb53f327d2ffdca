import { GatewayError } from '../../canonical/errors.ts';
import type { SseEvent } from '../sse.ts';

const MAX_LINE_CHARACTERS = 16 * 1024 * 1024;

/** Whether a content type is JSON lines. */
export function isJsonLines(contentType: string): boolean {
  return /^application\/(?:x-)?(?:ndjson|jsonl|json-?lines)\b/i.test(contentType);
}

/** Reads JSON lines, at any chunking, each as the data of an event. Empty lines are skipped. */
export async function* readJsonLines(bytes: AsyncIterable<Uint8Array | string>): AsyncGenerator<SseEvent> {
  const parser = new JsonLinesParser();
  const decoder = new TextDecoder('utf-8');
  for await (const chunk of bytes) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    for (const event of parser.push(text)) yield event;
  }
  for (const event of parser.push(decoder.decode())) yield event;
  for (const event of parser.end()) yield event;
}

/** Finds JSON lines in chunks of text. */
export class JsonLinesParser {
  #rest = '';

  /** The lines that `text` completes. */
  push(text: string): SseEvent[] {
    const events: SseEvent[] = [];
    const lines = text.split('\n');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      const data = (this.#rest + line).trim();
      this.#rest = '';
      if (data !== '') events.push({ data });
    }
    this.#rest += last;
    if (this.#rest.length > MAX_LINE_CHARACTERS) {
      throw new GatewayError(
        'upstream-broken',
        `The upstream sent a line of more than ${MAX_LINE_CHARACTERS} characters.`,
      );
    }
    return events;
  }

  /** The last line, if nothing ends it. */
  end(): SseEvent[] {
    return this.push('\n');
  }
}
