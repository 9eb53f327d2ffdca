import fc from 'fast-check';
import type { ToolTextCase } from './contract.ts';

/** One character at a time, all cuts in two, pieces of 7, and some at random. */
export function* cutsOf(text: string): Generator<readonly string[]> {
  yield Array.from({ length: text.length }, (_, at) => text.charAt(at));
  yield text.match(/[^]{1,7}/g) ?? [];
  for (let at = 0; at <= text.length; at += 1) yield [text.slice(0, at), text.slice(at)];
  const sizes = fc.sample(fc.infiniteStream(fc.nat({ max: 9 })), { numRuns: 20, seed: 17 });
  for (const one of sizes) yield cutBy(text, one);
}

export function cutBy(text: string, sizes: Iterator<number>): readonly string[] {
  const pieces: string[] = [];
  let at = 0;
  while (at < text.length) {
    const size: number = sizes.next().value ?? 1;
    pieces.push(text.slice(at, at + size));
    at += size;
  }
  return pieces;
}

/** Texts that are made of pieces of the cases: markup in every wrong order. */
export function anyText(cases: readonly ToolTextCase[]): fc.Arbitrary<string> {
  const pieces = fc
    .tuple(fc.constantFrom(...cases.map(({ text }) => text)), fc.nat({ max: 400 }), fc.nat({ max: 60 }))
    .map(([text, from, size]) => text.slice(from % Math.max(1, text.length)).slice(0, size + 1));
  const odd = fc.constantFrom('\ud83d', '\ude80', '"', '\\', '{', '}', '[', ']', '\n', ' ', '<', 'x');
  return fc
    .array(fc.oneof({ weight: 3, arbitrary: pieces }, odd), { maxLength: 8 })
    .map((all) => all.join(''));
}
