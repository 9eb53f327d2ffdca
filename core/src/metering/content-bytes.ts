import { type ChatEvent, type JsonValue, stringsIn } from '@dragoman/plugin';
import { BYTES_OF_TOKEN } from './text-tokens.ts';

/** What an image or audio counts as, since its size says nothing about its tokens. */
export const BYTES_OF_MEDIA = 1_000 * BYTES_OF_TOKEN;

/** Longer texts that could be base64 count as images or audio. */
const LONGEST_WORD = 16_384;
const BASE64 = /^[\w+/=:;,-]*$/;

/** The size of what the model wrote in an event, in bytes of UTF-8. */
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

/** The size of the text in a JSON value, in bytes of UTF-8; field names and numbers do not count. */
export function textBytes(value: JsonValue): number {
  let sum = 0;
  for (const text of stringsIn(value)) sum += bytesOfText(text);
  return sum;
}

function bytesOfText(text: string): number {
  const isMedia = text.length > LONGEST_WORD && BASE64.test(text.slice(0, LONGEST_WORD));
  return isMedia ? BYTES_OF_MEDIA : Buffer.byteLength(text);
}
