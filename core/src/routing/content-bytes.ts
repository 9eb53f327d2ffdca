import type { ChatEvent } from '../canonical/chat.ts';
import type { JsonValue } from '../canonical/json.ts';
import { BYTES_OF_TOKEN } from './text-tokens.ts';

/** What a picture or a sound counts for, since its bytes say nothing of its tokens. */
export const BYTES_OF_MEDIA = 1_000 * BYTES_OF_TOKEN;

/** Longer texts that could be base64 are taken for pictures and sounds. */
const LONGEST_WORD = 16_384;
const BASE64 = /^[\w+/=:;,-]*$/;

/** How much of what a model wrote an event tells, in bytes of UTF-8. */
export function contentBytes(event: ChatEvent): number {
  switch (event.type) {
    case 'block-delta':
      return Buffer.byteLength(event.delta);
    case 'block-start':
      return event.block.type === 'tool-call' ? Buffer.byteLength(event.block.name) : 0;
    case 'block':
      return event.part.type === 'media' ? BYTES_OF_MEDIA : 0;
    default:
      return 0;
  }
}

/** How much text is in a JSON value, in bytes of UTF-8; names of fields and numbers are none. */
export function textBytes(value: JsonValue): number {
  if (typeof value === 'string') return bytesOfText(value);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>(
    (sum, inner) => sum + (inner === undefined ? 0 : textBytes(inner)),
    0,
  );
}

function bytesOfText(text: string): number {
  const isMedia = text.length > LONGEST_WORD && BASE64.test(text.slice(0, LONGEST_WORD));
  return isMedia ? BYTES_OF_MEDIA : Buffer.byteLength(text);
}
