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
  const pieces: Buffer[] = [];
  let kept = 0;
  for (const span of topLevelStrings(bytes, 'model')) {
    if (isEqual(span)) continue;
    pieces.push(bytes.subarray(kept, span.start), value);
    kept = span.end;
  }
  return pieces.length === 0 ? body : Buffer.concat([...pieces, bytes.subarray(kept)]);
}
