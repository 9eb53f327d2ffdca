import { type Span, topLevelStrings } from './json-scan.ts';

/**
 * Puts another name of the model into a valid JSON body and keeps every other byte. Every top-level `model` is
 * replaced, since parsers disagree which of two equal keys counts.
 */
export function replaceModel(body: Uint8Array, model: string): Uint8Array {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const value = Buffer.from(JSON.stringify(model));
  const isEqual = ({ start, end }: Span): boolean => {
    const span = bytes.subarray(start, end);
    return span.equals(value) || (span.includes('\\') && JSON.parse(span.toString('utf8')) === model);
  };
  const spans = topLevelStrings(bytes, 'model').filter((span) => !isEqual(span));
  const text = JSON.stringify(model);
  return spans.length === 0
    ? body
    : replaceSpans(
        body,
        spans.map((span) => ({ ...span, text })),
      );
}

export interface SpanEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Replaces spans of a body, which are in order, and keeps every other byte. */
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
