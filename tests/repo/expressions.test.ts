import { describe, expect, it } from 'vitest';
import { isSource, isTest, listFiles, readText } from './workspace.ts';

/**
 * Regular expressions run over what clients and upstreams send, and over all of it at once. One that takes the square
 * of a text's length stops a thread for minutes.
 */

/** A literal where an expression may begin; good enough for code that a formatter wrote. */
const LITERAL =
  /(?<=[=(,:?&|![]\s*|return |^\s*)\/(?![*/ ])((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+)\/([dgimsuvy]*)/gm;

const COMMENTS = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

function expressionsOf(path: string): readonly (readonly [name: string, expression: RegExp])[] {
  const code = readText(path).replaceAll(COMMENTS, '');
  return [...code.matchAll(LITERAL)].flatMap(([literal, source = '', flags = '']) => {
    if (!/[*+{]/.test(source)) return [];
    return [[`${path} ${literal}`, new RegExp(source, flags)] as const];
  });
}

/** Texts begin with what an expression may look for, go on with one thing, and end with what fits nothing. */
const BEGINNINGS = [
  '',
  'data:',
  'data: {',
  '{',
  '[',
  '"',
  'http://',
  'Bearer ',
  'multipart/form-data;',
  '--',
  '<',
];
const ENDS = ['', '!', '\0'];
const UNITS = [
  ...Array.from('aA0 \n\r\t"\'=-_./:;,{}[]()<@%\\&#$`*'),
  ...[
    '\r\n',
    ' \n',
    'a=',
    'a.',
    'a-',
    'a:',
    'a,',
    'a ',
    'a/',
    '//',
    '${',
    '{"a":',
    'name="',
    'data:a;',
    '\u00e9',
  ],
];

const SHORT = 2_000;
const LONG = 16_000;
/** Eight times the text may take eight times as long, and something on top; the square would be 64 times. */
const MOST_MS = 60;
/** What is quicker than this for a short text need not be tried with a long one. */
const SHORT_MS = 0.3;

/** The least of a few runs, by the processor time of this thread. */
function millisecondsOf(expression: RegExp, text: string): number {
  let least = Infinity;
  for (let run = 0; run < 3 && least > MOST_MS; run += 1) {
    const before = process.threadCpuUsage();
    expression.lastIndex = 0;
    expression.test(text);
    const { user, system } = process.threadCpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

interface Text {
  readonly name: string;
  readonly short: string;
  readonly long: string;
}

const TEXTS: readonly Text[] = UNITS.flatMap((unit) =>
  BEGINNINGS.flatMap((beginning) =>
    ENDS.map((end): Text => {
      const textOf = (size: number): string => beginning + unit.repeat(size / unit.length) + end;
      return { name: JSON.stringify([beginning, unit, end]), short: textOf(SHORT), long: textOf(LONG) };
    }),
  ),
);

/** The text for which an expression takes long, if there is one. */
function worstOf(expression: RegExp): string | undefined {
  const worst = TEXTS.find(({ short, long }) => {
    const begun = performance.now();
    expression.lastIndex = 0;
    expression.test(short);
    return performance.now() - begun > SHORT_MS && millisecondsOf(expression, long) > MOST_MS;
  });
  return worst?.name;
}

const sources = listFiles('.').filter(
  (path) => /^(core|plugins\/[^/]+)\/src\//.test(path) && isSource(path) && !isTest(path),
);
const expressions = sources.flatMap(expressionsOf);

// Processor time decides; a busy machine only takes longer.
describe('regular expressions', { timeout: 120_000 }, () => {
  it('are found', () => {
    expect(expressions.length).toBeGreaterThan(50);
  });

  it('take no more than linear time, whatever the text', () => {
    const slow = expressions.flatMap(([name, expression]) => {
      const worst = worstOf(expression);
      return worst === undefined ? [] : [`${name} for ${worst}`];
    });
    expect(slow).toEqual([]);
  });

  it('are found out when they do', () => {
    expect(worstOf(/^(?<json>[^]*?)\s*$/)).toBeDefined();
    expect(worstOf(/\s+$/)).toBeDefined();
  });
});
