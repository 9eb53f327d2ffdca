import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../packages/plugin/src/canonical/errors.ts';
import { createRedactor, redactQuery, redactUrl } from '../../core/src/trace/worker/redact.ts';
import { parseJsonBody } from '../../core/src/http/bodies/json-body.ts';
import { unexpectedToken } from '../../packages/plugin/src/transport/json/json-scan.ts';
import { boundaryOf, parseForm } from '../../core/src/transport/multipart/multipart.ts';
import { replaceModel } from '../../packages/plugin/src/transport/json/span-edit.ts';
import { type SseEvent, SseParser } from '../../packages/plugin/src/transport/sse.ts';

/** What clients and upstreams send, and what is cut out of it, put into it, or written twice. */
const SAMPLES = [
  '{"model":"m","messages":[{"role":"user","content":"x\\u00e9\\ud83d\\ude00"}],"model":"n","a":{"model":1e2}}',
  'event: a\r\ndata: {"b":[1,2,{"c":"d"}]}\r\n\r\ndata: [DONE]\n\n: comment\nid: 7\rretry: 1\n\n',
  '--bound\r\ncontent-disposition: form-data; name="model"\r\n\r\nm\r\n--bound\r\ncontent-disposition: form-data; name=file; filename="a"\r\n\r\nx\r\n--bound--\r\n',
  'https://user:secret@host/a?key=1&b=2&access_token=3#f',
  `{"image":"data:image/png;base64,${'A'.repeat(1_100)}==","email":"a@example.com"}`,
].map((text) => Buffer.from(text));

const SCRAPS = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  '\r\n',
  '\0',
  '\u00ff',
  '\\u',
  '\\ud800',
  '--bound',
  'data:',
  ':',
  '=',
]
  .map((text) => Buffer.from(text, 'latin1'))
  .concat([Buffer.from([0xff, 0xc0]), Buffer.from('"__proto__":{'), Buffer.from('\ufeff')]);

type Edit = (bytes: Buffer) => Buffer;
const edits: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(fc.nat(), fc.constantFrom(...SCRAPS)).map(([at, scrap]): Edit => (bytes) => {
    const place = at % (bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, place), scrap, bytes.subarray(place)]);
  }),
  fc.tuple(fc.nat(), fc.nat(20)).map(([at, size]): Edit => (bytes) => {
    const place = at % (bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + size)]);
  }),
  fc.tuple(fc.nat(), fc.nat(40)).map(([at, size]): Edit => (bytes) => {
    const place = at % (bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, place + size), bytes.subarray(place)]);
  }),
  fc.tuple(fc.nat(), fc.nat(255)).map(([at, value]): Edit => (bytes) => {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[at % copy.length] = value;
    return copy;
  }),
);

const spoiled: fc.Arbitrary<Buffer> = fc
  .tuple(fc.constantFrom(...SAMPLES), fc.array(edits, { maxLength: 6 }))
  .map(([sample, list]) => list.reduce<Buffer>((bytes, edit) => edit(bytes), sample));

const RUNS = { numRuns: 2_000 };

/** What a function gives, or the refusal that it throws. Anything else that is thrown is a fault. */
function refusalOr<T>(work: () => T): T | GatewayError {
  try {
    return work();
  } catch (error) {
    if (GatewayError.is(error) && error.kind !== 'internal') return error;
    throw error;
  }
}

describe('whatever bytes come', () => {
  it('a JSON body is what JSON.parse makes of it, or refused', () => {
    fc.assert(
      fc.property(spoiled, (bytes) => {
        const value = refusalOr(() => parseJsonBody(bytes));
        if (!GatewayError.is(value)) {
          expect(value).toEqual(JSON.parse(bytes.toString().replace(/^\ufeff/, '')));
          expect(Object.hasOwn(value, '__proto__')).toBe(false);
        }
      }),
      RUNS,
    );
  });

  it('scans of JSON end within the bytes', () => {
    fc.assert(
      fc.property(spoiled, (bytes) => {
        const fault = unexpectedToken(bytes);
        expect(fault).toBeGreaterThanOrEqual(0);
        expect(fault).toBeLessThanOrEqual(bytes.length);
      }),
      RUNS,
    );
  });

  it('a model is replaced in valid JSON alone, and everything else stays', () => {
    fc.assert(
      fc.property(spoiled, fc.string({ unit: 'binary' }), (bytes, model) => {
        const before = refusalOr(() => parseJsonBody(bytes));
        if (GatewayError.is(before)) return;
        const after = parseJsonBody(replaceModel(bytes, model));
        const isNamed = typeof before['model'] === 'string';
        expect(after).toEqual(isNamed ? { ...before, model } : before);
      }),
      RUNS,
    );
  });

  it('events are the same in whatever pieces they come', () => {
    const parse = (pieces: readonly string[]): readonly SseEvent[] => {
      const parser = new SseParser();
      return pieces.flatMap((piece) => parser.push(piece));
    };
    fc.assert(
      fc.property(spoiled, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (bytes, sizes) => {
        const text = bytes.toString();
        const pieces: string[] = [];
        for (let at = 0, turn = 0; at < text.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          pieces.push(text.slice(at, at + size));
          at += size;
        }
        expect(parse(pieces)).toEqual(parse([text]));
      }),
      RUNS,
    );
  });

  it('the fields of a form are parts of it, in order', () => {
    fc.assert(
      fc.property(spoiled, (bytes) => {
        let end = 0;
        for (const field of parseForm(bytes, 'bound').fields) {
          expect(field.start).toBeGreaterThan(end);
          expect(field.end).toBeGreaterThanOrEqual(field.start);
          end = field.end;
        }
        expect(end).toBeLessThanOrEqual(bytes.length);
        const boundary = boundaryOf(bytes.toString('latin1'));
        if (boundary !== undefined) expect(boundary.length).toBeLessThanOrEqual(70);
      }),
      RUNS,
    );
  });

  it('redaction never throws, and leaves no secret of the rules', () => {
    const redactor = createRedactor({
      paths: ['$..email', '$.messages[*].content'],
      patterns: ['a@example\\.com'],
      keepMedia: false,
    });
    fc.assert(
      fc.property(spoiled, (bytes) => {
        const text = bytes.toString();
        expect(redactor.redact(text)).not.toContain('a@example.com');
        expect(redactQuery(text)).not.toMatch(/(?:^|&)access_token=3(?:&|$)/);
        expect(typeof redactUrl(text)).toBe('string');
      }),
      RUNS,
    );
  });
});
