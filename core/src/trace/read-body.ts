import type { PackedBody } from './packed.ts';

/** A body as text, with when its pieces passed. */
export interface TimedText {
  readonly text: string;
  /** In the order of the text: where a piece ends in it, and when it passed, in milliseconds. */
  readonly marks: readonly (readonly [end: number, ms: number])[];
}

/** Reads a body out of the bytes of its trace. A letter that was cut in two belongs to the later piece. */
export function readTimed(bytes: Uint8Array, { start, length, marks }: PackedBody): TimedText {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const told: [number, number][] = [];
  let text = '';
  let from = 0;
  for (let at = 0; at < marks.length; at += 2) {
    const end = marks[at] ?? length;
    text += decoder.decode(bytes.subarray(start + from, start + end), { stream: true });
    told.push([text.length, marks[at + 1] ?? 0]);
    from = end;
  }
  text += decoder.decode(bytes.subarray(start + from, start + length));
  return { text, marks: told };
}

/** The pieces of a text, each with when it passed. */
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
