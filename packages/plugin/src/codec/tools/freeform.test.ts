import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeFreeform, FreeformReader, wrapFreeform } from './freeform.ts';

function readIn(text: string, size: number): readonly string[] {
  const reader = new FreeformReader();
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += size) pieces.push(reader.push(text.slice(at, at + size)));
  return [...pieces, reader.end()];
}

describe('free text in JSON arguments', () => {
  it('comes back whole, however the arguments are cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 9 }), (text, size) => {
        expect(readIn(wrapFreeform(text), size).join('')).toBe(text);
      }),
    );
  });

  it('comes as it arrives', () => {
    expect(readIn('{"input":"abc"}', 3)).toEqual(['', '', '', 'ab', 'c', '']);
  });

  it('never ends a piece in half a surrogate pair', () => {
    const pieces = readIn('{ "input" : "\\ud83d\\ude00"}', 1);
    expect(pieces.join('')).toBe('😀');
    for (const piece of pieces) expect(piece).toBe(piece.toWellFormed());
  });

  it.each(['*** Begin Patch', '{"path":"a"}', '["input"]'])(
    'stays as it is when the model wrote %s',
    (text) => {
      expect(readIn(text, 2).join('')).toBe(text);
    },
  );

  it('is empty when the model gave nothing', () => {
    expect(readIn('{}', 1).join('')).toBe('');
  });
});

describe('the description of a free-text tool', () => {
  it('holds its grammar', () => {
    const tool = {
      kind: 'freeform',
      name: 'patch',
      description: 'Patches.',
      grammar: { syntax: 'lark', definition: 'start: "x"' },
    } as const;
    expect(describeFreeform(tool)).toBe('Patches.\n\nThe input must follow this lark grammar:\nstart: "x"');
  });
});
