import { GatewayError } from '@dragoman/plugin';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsonBody } from './json-body.ts';

function failure(body: string | Uint8Array): GatewayError {
  try {
    parseJsonBody(typeof body === 'string' ? Buffer.from(body) : body);
  } catch (error) {
    if (GatewayError.is(error)) return error;
  }
  throw new Error('A GatewayError was expected.');
}

describe('parseJsonBody', () => {
  it('reads every object that JSON.stringify writes', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((key) => key !== '__proto__'),
          fc.jsonValue(),
        ),
        (value) => {
          fc.pre(!/__proto__|constructor/.test(JSON.stringify(value)));
          const parsed: unknown = JSON.parse(JSON.stringify(value));
          expect(parseJsonBody(Buffer.from(JSON.stringify(value)))).toEqual(parsed);
        },
      ),
    );
  });

  it('reads over a byte order mark', () => {
    expect(parseJsonBody(Buffer.from('\uFEFF{"a":1}'))).toEqual({ a: 1 });
  });

  it('reads a view on a larger buffer', () => {
    const whole = new TextEncoder().encode('xx{"a":1}xx');
    expect(parseJsonBody(whole.subarray(2, -2))).toEqual({ a: 1 });
  });

  it.each<[string, string | Uint8Array, string]>([
    ['an empty body', '', 'The request body is empty; expected a JSON object.'],
    ['bytes that are no UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d), 'The request body is not valid UTF-8.'],
    ['a list', '[1]', 'The request body must be a JSON object.'],
    ['null', 'null', 'The request body must be a JSON object.'],
    ['a body that is cut off', '{"a":[', 'The request body is not valid JSON: unexpected end.'],
    ['blanks', '  ', 'The request body is not valid JSON: unexpected end.'],
    ['a comma too many', '{"a":1,\n  }', 'The request body is not valid JSON (line 2, column 3).'],
    ['a bare word', '{"a":1,\n "é":secret}', 'The request body is not valid JSON (line 2, column 6).'],
    ['text after the end', '{"a":1} x', 'The request body is not valid JSON (line 1, column 9).'],
    ['a bare word behind a mark', '\uFEFFsecret', 'The request body is not valid JSON (line 1, column 1).'],
  ])('refuses %s and says why', (_, body, message) => {
    const error = failure(body);
    expect(error.kind).toBe('invalid');
    expect(error.message).toBe(message);
  });

  it.each([
    '{"__proto__":{"admin":true}}',
    '{"a":[{"__proto__":1}]}',
    '{"\\u005f_proto__":1}',
    '{"constructor":{"prototype":{"admin":true}}}',
  ])('refuses the keys that reach a prototype: %s', (body) => {
    expect(failure(body).message).toContain('a forbidden key');
  });

  it('takes those names as values', () => {
    expect(parseJsonBody(Buffer.from('{"a":"__proto__"}'))).toEqual({ a: '__proto__' });
  });

  const nested = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

  it('takes 512 levels and no more', () => {
    expect(parseJsonBody(Buffer.from(nested(512)))).toHaveProperty('a');
    expect(failure(nested(513)).message).toBe('The request body nests deeper than 512 levels.');
    expect(failure('['.repeat(100_000)).message).toBe('The request body nests deeper than 512 levels.');
  });

  it('never repeats what the client sent', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        const { message } = failure(`{"key":"sk-secret" ${JSON.stringify(text)}`);
        expect(message).toMatch(/^The request body is not valid JSON[ :(a-z]*[\w, ]*\)?\.$/);
        expect(message).not.toContain('sk-secret');
      }),
    );
  });
});
