import { findPlaced, placesOf } from './json-places.ts';

const MODEL = placesOf(['model']);

/**
 * Replaces the model's name in a valid JSON body and keeps every other byte. Every top-level `model` is replaced,
 * since parsers disagree about duplicate keys.
 */
export function replaceModel(body: Uint8Array, model: string): Uint8Array {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const text = JSON.stringify(model);
  const edits = findPlaced(bytes, MODEL)
    .filter(({ isTop, value }) => isTop && value !== undefined && value !== model)
    .map(({ start, end }) => ({ start, end, text }));
  return edits.length === 0 ? body : replaceSpans(body, edits);
}

export interface SpanEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Replaces spans of a body, in ascending order, and keeps every other byte. */
export function replaceSpans(body: Uint8Array, edits: readonly SpanEdit[]): Uint8Array {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const pieces: Buffer[] = [];
  let kept = 0;
  for (const { start, end, text } of edits) {
    pieces.push(bytes.subarray(kept, start), Buffer.from(text));
    kept = end;
  }
  return Buffer.concat([...pieces, bytes.subarray(kept)]);
}
