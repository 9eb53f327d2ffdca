import { isAscii } from 'node:buffer';
import type { PackedBody, PackedCapture } from '../packed.ts';

/** A body as text, with the times of its chunks. */
export interface TimedText {
  readonly text: string;
  /** In order: the end of a chunk in the text, and its time, in milliseconds. */
  readonly marks: readonly (readonly [end: number, ms: number])[];
}

type Packed = Pick<PackedCapture, 'marks' | 'bytes'>;

export function bytesOf({ bytes }: Packed, { start, length }: PackedBody): Uint8Array {
  return bytes.subarray(start, start + length);
}

export function readText(packed: Packed, body: PackedBody): string {
  const { buffer, byteOffset, length } = bytesOf(packed, body);
  return Buffer.from(buffer, byteOffset, length).toString();
}

/** Reads a body with its times. A character cut in two belongs to the later chunk. */
export function readTimed(packed: Packed, body: PackedBody): TimedText {
  const marks = marksOf(packed, body);
  const bytes = bytesOf(packed, body);
  // Each byte is one character, so the chunks end at the same offsets.
  if (isAscii(bytes)) return { text: readText(packed, body), marks };
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let text = '';
  let from = 0;
  const textMarks = marks.map(([end, ms]): readonly [number, number] => {
    text += decoder.decode(bytes.subarray(from, end), { stream: true });
    from = end;
    return [text.length, ms];
  });
  text += decoder.decode(bytes.subarray(from));
  return { text, marks: textMarks };
}

function marksOf({ marks }: Packed, { firstMark, pieces }: PackedBody): TimedText['marks'] {
  return Array.from({ length: pieces }, (_, at) => {
    const place = (firstMark + at) * 2;
    return [marks[place] ?? 0, (marks[place + 1] ?? 0) / 100];
  });
}

/** The chunks of a text, each with its time. */
export function* piecesOf({
  text,
  marks,
}: TimedText): Generator<{ readonly ms: number; readonly text: string }> {
  let from = 0;
  for (const [end, ms] of marks) {
    yield { ms, text: text.slice(from, end) };
    from = end;
  }
  const last = marks.at(-1);
  if (from < text.length) yield { ms: last?.[1] ?? 0, text: text.slice(from) };
}
