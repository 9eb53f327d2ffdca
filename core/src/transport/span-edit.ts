import { topLevelStrings } from './json-scan.ts';

/**
 * Puts another name of the model into a valid JSON body and keeps every other byte. Every top-level `model` is
 * replaced, since parsers disagree which of two equal keys counts.
 */
export function replaceModel(body: Uint8Array, model: string): Uint8Array {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const value = Buffer.from(JSON.stringify(model));
  const pieces: Buffer[] = [];
  let kept = 0;
  for (const { start, end } of topLevelStrings(bytes, 'model')) {
    if (bytes.subarray(start, end).equals(value)) continue;
    pieces.push(bytes.subarray(kept, start), value);
    kept = end;
  }
  return pieces.length === 0 ? body : Buffer.concat([...pieces, bytes.subarray(kept)]);
}
