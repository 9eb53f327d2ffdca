import type { TextMapper } from '@dragoman/plugin';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chineseId } from '../detectors/chinese-id.ts';
import { creditCard } from '../detectors/credit-card.ts';
import { byPattern, type Detector } from '../detectors/detector.ts';
import { email } from '../detectors/email.ts';
import { highEntropy } from '../detectors/high-entropy.ts';
import { iban } from '../detectors/iban.ts';
import { phone } from '../detectors/phone.ts';
import { secrets } from '../detectors/secrets.ts';
import { words } from '../detectors/words.ts';
import { createJsonMasker } from './mask-json.ts';
import { createTextMasker, mapWhole } from './mask-text.ts';
import { Placeholders } from './placeholders.ts';
import { asText, createRestorer, inJson } from './restore.ts';
import { Scanner } from './scanner.ts';

const order = byPattern(
  { rule: 'order', label: 'ORDER', source: 'ORD-[0-9]+(?: ?/ ?[0-9]+)?' },
  { maxLength: 30 },
);
const detectors: readonly Detector[] = [
  ...[email(), creditCard(), iban(), phone(), chineseId(), secrets(), highEntropy(), words(['acme', '机密'])],
  order,
];

/** Each is found by one of the detectors. */
const values = [
  'alice@example.com',
  '4111 1111 1111 1111',
  'GB82 WEST 1234 5698 7654 32',
  '+44 20 7946 0958',
  '13812345678',
  '11010519491231002X',
  'sk-aB3dE6gH9jK2mN5pQ8sT1vW4',
  '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----',
  'x9Kp2LmQ7vRt4WzN8sYb',
  'acme',
  '机密',
  'ORD-12 / 7',
];

/** Values among words, halves of values, and what breaks a careless scanner. */
const pieces = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...values) },
  { weight: 2, arbitrary: fc.constantFrom(...values).map((value) => value.slice(0, value.length / 2)) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(' ', '. ', ', ', ' and ', '\n', '"', '\\', '的', '😀', '[', ']', '1', '-'),
  },
  fc.constantFrom('[EMAIL_1]', '[CARD_2]', '[EMAIL_', '\u2028', '\ud83d', '{"a":1}', '/'),
);
const texts = fc.array(pieces, { maxLength: 12 }).map((all) => all.join(''));

/** A text in pieces of any size, also between the halves of a surrogate pair. */
const cuts = fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 30 });
function cut(text: string, at: readonly number[]): readonly string[] {
  const ends = [...new Set(at.filter((one) => one < text.length))].sort((a, b) => a - b);
  return [...ends, text.length].map((end, index) => text.slice(ends[index - 1] ?? 0, end));
}

const stream = (mapper: TextMapper, chunks: readonly string[]): string =>
  chunks.map((chunk) => mapper.push(chunk)).join('') + mapper.end();

function masker(placeholders = new Placeholders()) {
  const replace = (match: string, { label }: Detector): string => placeholders.mask(match, label, true);
  return {
    placeholders,
    text: () => createTextMasker(detectors, replace),
    json: () => createJsonMasker(detectors, replace),
  };
}

const isFound = (text: string): boolean => mapWhole(masker().text(), text) !== text;

it.each(values)('masks %s as a whole', (value) => {
  expect(mapWhole(masker().text(), value)).toMatch(/^\[[A-Z]+_1\]$/);
});

describe('a text in pieces', () => {
  it('is masked like the whole, however it is cut', () => {
    fc.assert(
      fc.property(texts, cuts, (text, at) => {
        expect(stream(masker().text(), cut(text, at))).toBe(mapWhole(masker().text(), text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('lets nothing through that belongs to a match', () => {
    fc.assert(
      fc.property(texts, cuts, fc.constantFrom(...values), (text, at, value) => {
        const scanner = new Scanner(detectors);
        const whole = `${text} ${value} ${text}`;
        const given = [...cut(whole, at).map((chunk) => scanner.push(chunk)), scanner.end()].flat();
        expect(given.map((piece) => piece.text).join('')).toBe(whole);
        // What passes is never found, by itself or together with its neighbours, where the value was.
        const from = text.length + 1;
        let position = 0;
        for (const piece of given) {
          const end = position + piece.text.length;
          if (!('by' in piece)) expect(end <= from || position >= from + value.length).toBe(true);
          position = end;
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('passes at once where nothing can match', () => {
    const scanner = new Scanner([order]);
    const chunks = ['The ', 'O', 'RDER is OR', 'D', '-', 'x. ', 'Then OR', 'D-1', '2', ' ', '/ ', '.'];
    expect(chunks.map((chunk) => scanner.push(chunk).map(({ text }) => text))).toEqual([
      ['The '],
      [],
      // `ORDER` cannot be one, the second `ORD` can.
      ['ORDER is '],
      [],
      [],
      ['ORD-x. '],
      ['Then '],
      [],
      [],
      [],
      [],
      ['ORD-12', ' / .'],
    ]);
  });

  it('holds back only what some continuation makes a match', () => {
    const continuations = [
      '',
      '@example.com',
      ...values.flatMap((value) => Array.from(value, (_, at) => value.slice(at))),
    ];
    fc.assert(
      fc.property(texts, (text) => {
        const scanner = new Scanner(detectors);
        const given = scanner.push(text).reduce((sum, piece) => sum + piece.text.length, 0);
        const rest = text.slice(given);
        fc.pre(rest !== '' && !/[\ud800-\udfff]/.test(rest));
        // A beginning of something, or a match that may go on: nothing that neither is.
        const isHeldForAReason =
          isFound(rest) || continuations.some((more) => isFound(rest + more)) || /^[\w.+-]*$/.test(rest);
        expect(isHeldForAReason || canBeginKey(rest)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is the same where nothing is found, byte for byte', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), cuts, (text, at) => {
        fc.pre(!isFound(text));
        expect(stream(masker().text(), cut(text, at))).toBe(text);
      }),
    );
  });
});

/** The beginnings of addresses, accounts and keys, which the continuations above do not have. */
function canBeginKey(rest: string): boolean {
  return /^(?:[\w!#$%&'*+/=?^{|}~.-]+(?:@[\w.-]*)?|[A-Za-z]{2}\d{2}[ A-Za-z0-9-]*|[+0-9 .()/-]+|[A-Za-z]+:\/\/\S*|-----BEGIN[^]*)$/.test(
    rest,
  );
}

describe('what was masked', () => {
  it('is put back exactly, however the reply is cut', () => {
    fc.assert(
      fc.property(texts, cuts, (text, at) => {
        const { placeholders, text: create } = masker();
        placeholders.reserve(text);
        const masked = mapWhole(create(), text);
        expect(stream(createRestorer(placeholders, asText), cut(masked, at))).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  it('has one placeholder for one value, and another for another', () => {
    const text = 'alice@example.com, bob@example.com, alice@example.com';
    expect(mapWhole(masker().text(), text)).toBe('[EMAIL_1], [EMAIL_2], [EMAIL_1]');
  });

  it('is not confused with what a user wrote like a placeholder', () => {
    const { placeholders, text: create } = masker();
    const text = 'Say [EMAIL_1] to alice@example.com';
    placeholders.reserve(text);
    const masked = mapWhole(create(), text);
    expect(masked).toBe('Say [EMAIL_1] to [EMAIL_2]');
    expect(mapWhole(createRestorer(placeholders, asText), 'From [EMAIL_1] to [EMAIL_2]')).toBe(
      'From [EMAIL_1] to alice@example.com',
    );
  });

  it('is not put back twice where a value ends like a placeholder', () => {
    const placeholders = new Placeholders();
    placeholders.mask('a', 'X', true);
    placeholders.mask('[X_', 'X', true);
    const restore = createRestorer(placeholders, asText);
    expect(
      ['[X', '_2]', '1]', ' [X_1', ']'].map((chunk) => restore.push(chunk)).join('') + restore.end(),
    ).toBe('[X_1] a');
  });

  it('holds a reply back only where a placeholder may follow', () => {
    const placeholders = new Placeholders();
    placeholders.mask('a@b.cd', 'EMAIL', true);
    const restore = createRestorer(placeholders, asText);
    expect(
      ['See [', '1] and [EM', 'PTY] and [EMAIL_', '1', ']!', '[EMAIL_2', '['].map((chunk) =>
        restore.push(chunk),
      ),
    ).toEqual(['See ', '[1] and ', '[EMPTY] and ', '', 'a@b.cd!', '[EMAIL_2', '']);
    expect(restore.end()).toBe('[');
  });
});

describe('JSON', () => {
  const json = fc.oneof(
    fc.record({
      to: texts,
      list: fc.array(texts, { maxLength: 3 }),
      n: fc.constantFrom(1, -2.5e3, 4111111111111111),
    }),
    fc.dictionary(texts, texts, { maxKeys: 3 }),
    fc.jsonValue(),
  );
  /** JSON with escapes that need not be there, and with space. */
  const written = fc
    .tuple(json, fc.boolean(), fc.constantFrom(undefined, 2))
    .map(([value, escapes, space]) => {
      const plain = JSON.stringify(value, undefined, space);
      return escapes
        ? plain.replaceAll(/(?<!\\)[@4\u0080-\uffff]/g, (one) =>
            one === '4' ? one : `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
          )
        : plain;
    });

  it('stays valid, is masked like its strings, and is the same however it is cut', () => {
    fc.assert(
      fc.property(written, cuts, (text, at) => {
        const masked = stream(masker().json(), cut(text, at));
        expect(masked).toBe(mapWhole(masker().json(), text));
        const { text: create } = masker();
        expect(mapped(JSON.parse(text), create)).toEqual(JSON.parse(masked));
      }),
      { numRuns: 1_500 },
    );
  });

  it('stays byte for byte where nothing is found', () => {
    const text = ' { "a\\u0062" : [ 1.50, -0, true, null, "\\/\\n\\ud83d\\ude00\\\\" ] }\n';
    fc.assert(
      fc.property(cuts, (at) => {
        expect(stream(masker().json(), cut(text, at))).toBe(text);
      }),
    );
  });

  it('gets values back with their escapes', () => {
    fc.assert(
      fc.property(texts, cuts, (text, at) => {
        const { placeholders, json: create } = masker();
        const whole = JSON.stringify({ text });
        placeholders.reserve(whole);
        const masked = mapWhole(create(), whole);
        const restored = stream(createRestorer(placeholders, inJson), cut(masked, at));
        expect(JSON.parse(restored)).toEqual({ text });
      }),
      { numRuns: 1_000 },
    );
  });

  it('writes a number that is found as a string', () => {
    expect(mapWhole(masker().json(), '{"card":4111111111111111,"n":12}')).toBe('{"card":"[CARD_1]","n":12}');
  });

  it.each([
    ['to=alice@example.com', 'to=[EMAIL_1]'],
    ['alice@example.com', '[EMAIL_1]'],
    ['4111 1111 1111 1111', '[CARD_1]'],
    ['4111111111111111', '"[CARD_1]"'],
    ['{"a":4111 1111 1111 1111}', '{"a":[CARD_1]}'],
    ['{to:alice@example.com}', '{to:[EMAIL_1]}'],
    ['{"a":nullalice@example.com,"b":4}', '{"a":[EMAIL_1],"b":4}'],
    [
      '```json\n{"to":"alice\\u0040example.com"}\n```\nMail alice@example.com.',
      '```json\n{"to":"[EMAIL_1]"}\n```\nMail [EMAIL_1].',
    ],
    ['I call "Alice" +44 20 7946 0958', 'I call "Alice" [PHONE_1]'],
  ])('finds what is in %s, which is no JSON', (text, expected) => {
    fc.assert(
      fc.property(cuts, (at) => {
        expect(stream(masker().json(), cut(text, at))).toBe(expected);
      }),
    );
  });

  it('masks prose as if it were asked for', () => {
    fc.assert(
      fc.property(
        texts.map((text) => `No: ${text.replaceAll('"', '')}`),
        cuts,
        (text, at) => {
          expect(stream(masker().json(), cut(text, at))).toBe(mapWhole(masker().text(), text));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it.each(['{"a', '{"a\\', '{"a\\u00', '{"a":12', '"\\u00zz', '', 'not "json', '{"a":"\\q"}'])(
    'passes %s as it is',
    (text) => {
      expect(mapWhole(masker().json(), text)).toBe(text);
    },
  );
});

/** Masks the strings and numbers of a value in the order in which they are written. */
function mapped(value: unknown, create: () => TextMapper): unknown {
  if (typeof value === 'string') return mapWhole(create(), value);
  if (typeof value === 'number') {
    const masked = mapWhole(create(), JSON.stringify(value));
    return masked === JSON.stringify(value) ? value : masked;
  }
  if (Array.isArray(value)) return value.map((one) => mapped(one, create));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [mapWhole(create(), name), mapped(field, create)]),
  );
}

describe('a MiB', () => {
  // What is found everywhere, nearly everywhere, and nowhere.
  it.each(['alice@example.com ', '4111 1111 1111 1111 ', 'sk-', 'AB12 ', 'The quick brown fox jumps. '])(
    'of %s is masked and put back',
    (unit) => {
      const text = unit.repeat(2 ** 20 / unit.length);
      const { placeholders, text: create } = masker();
      const masked = mapWhole(create(), text);
      expect(mapWhole(createRestorer(placeholders, asText), masked)).toBe(text);
    },
  );

  it('is the most that a stream holds back', () => {
    const pairs = byPattern({ rule: 'pairs', label: 'PAIR', source: '11' }, { maxLength: 2 });
    const scanner = new Scanner([pairs]);
    const push = (): void => {
      for (let count = 0; count < 300; count++) scanner.push('1'.repeat(4_000));
    };
    expect(push).toThrow('held back for too long');
  });
});
