import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Automaton } from './automaton.ts';
import { parsePattern } from './parse-pattern.ts';
import { compile } from './program.ts';
import { PatternRun, type Search, type Span } from './run-pattern.ts';

function search(source: string, own: Partial<Search> = {}): Search {
  return { automaton: new Automaton(compile(parsePattern(source))), maxLength: 1_000, ...own };
}

function find(wanted: Search, text: string): readonly Span[] {
  const run = new PatternRun(wanted, ({ start, end }) => text.slice(start, end));
  run.push(text);
  run.end();
  return run.take();
}

const marked = (text: string, spans: readonly Span[]): string =>
  Array.from({ length: text.length }, (_, at) =>
    spans.some(({ start, end }) => start <= at && at < end) ? 'x' : '.',
  ).join('');

/** What the engine of the language says of each span of a text. */
function spansOf(source: string, text: string): readonly Span[] {
  const spans: Span[] = [];
  for (let start = 0; start < text.length; start++)
    for (let end = start + 1; end <= text.length; end++) {
      const exact = `(?<=^[^]{${start}})(?:${source})(?=[^]{${text.length - end}}$)`;
      if (new RegExp(exact, 'u').test(text)) spans.push({ start, end });
    }
  return spans;
}

const atoms = fc.constantFrom('a', 'b', '[ab]', '[^a]', '.', String.raw`\d`, '1', String.raw`\b`, '^', '$');
const looks = fc.constantFrom('(?=a)', '(?!b)', '(?<=1)', '(?<![ab])');
const counts = fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,3}', '{2,}');
const { pattern } = fc.letrec<{ pattern: string; item: string }>((tie) => ({
  item: fc.oneof(
    { depthSize: 'small' },
    atoms,
    looks,
    fc.tuple(fc.constantFrom('a', 'b', '[ab1]', '.'), counts).map((two) => two.join('')),
    fc.tuple(tie('pattern'), counts).map(([inner, count]) => `(?:${inner})${count}`),
  ),
  pattern: fc.oneof(
    fc.array(tie('item'), { minLength: 1, maxLength: 4 }).map((items) => items.join('')),
    fc.tuple(tie('item'), tie('item')).map((two) => two.join('|')),
  ),
}));

describe('a pattern', () => {
  it('finds every character that the engine of the language finds', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', '1', ' ', '\n'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, texts, (source, text) => {
        expect(marked(text, find(search(source), text))).toBe(marked(text, spansOf(source, text)));
      }),
      { numRuns: 3_000 },
    );
  });

  it('finds no more than its greatest length', () => {
    expect(find(search('a+', { maxLength: 3 }), 'aaaaa').every(({ start, end }) => end - start <= 3)).toBe(
      true,
    );
    expect(marked('aaaaa', find(search('a+', { maxLength: 3 }), 'aaaaa'))).toBe('xxxxx');
    expect(marked('111.', find(search('1{3}(?!1)', { maxLength: 3 }), '111.'))).toBe('xxx.');
    expect(marked('1111-1', find(search('1+-1', { maxLength: 4 }), '1111-1'))).toBe('..xxxx');
  });

  it('takes the longest span that is valid', () => {
    const wanted = search('[a-c]+', { isValid: (text) => text.endsWith('b') });
    expect(find(wanted, 'abcbc')).toContainEqual({ start: 0, end: 4 });
  });

  it('reads characters beyond the first plane', () => {
    expect(find(search(String.raw`\p{Emoji_Presentation}`), 'a😀b')).toEqual([{ start: 1, end: 3 }]);
    expect(find(search('.'), '😀')).toEqual([{ start: 0, end: 2 }]);
  });

  it.each([
    ['(', /Unterminated group/],
    [String.raw`(a)\1`, /refers back/],
    [String.raw`(?<x>a)\k<x>`, /refers back/],
    ['a+?', /longest match/],
    ['a(?=bc)', /one character/],
    ['(?<!a|b)c', /one character/],
    ['(?i:a)', /flags of its own/],
    ['(?:a{1000}){1000}', /too large/],
    ['(?:(?:a?){900}){900}', /too large/],
    ['(?:){1000000000}', /too large/],
  ])('refuses %s', (source, reason) => {
    expect(() => compile(parsePattern(source))).toThrow(reason);
  });

  it('ignores the case if asked to', () => {
    const automaton = new Automaton(compile(parsePattern('straße|Ä', { ignoresCase: true })));
    expect(find({ automaton, maxLength: 10 }, 'STRAßE ä')).toHaveLength(2);
  });
});

describe('hostile patterns and texts', () => {
  it.each([
    ['(a+)+b', 'a'],
    ['(a*)*(a*)*b', 'a'],
    ['(?:a|aa)+$', 'a'],
    ['.*.*.*=.*', 'x='],
    [String.raw`[\w.]+@[\w.]+\.[a-z]{2,}`, 'a@a.'],
    ['(?:a|b)*a(?:a|b){12}', 'ab'],
  ])('%s on a MiB of %s ends', (source, unit) => {
    const text = unit.repeat(2 ** 20 / unit.length);
    const run = new PatternRun(search(source), () => '');
    try {
      run.push(text);
    } catch (error) {
      expect(error).toHaveProperty('name', 'TooMuchWork');
    }
  });

  it('ends with too much work where each character begins a match that goes on', () => {
    const run = new PatternRun(search('(?:a?){900}a{900}'), () => '');
    expect(() => run.push('a'.repeat(2 ** 20))).toThrow('too long');
  });
});
