import type { ErrorKind, HeaderMap, JsonValue } from '@dragoman/plugin';
import { describe, expect, it } from 'vitest';
import { decodeError } from './decode-error.ts';

describe('an error of an upstream', () => {
  const cases: readonly (readonly [number, JsonValue | undefined, ErrorKind])[] = [
    [
      400,
      { error: { message: 'Bad', type: 'invalid_request_error', param: 'top_p', code: null } },
      'invalid',
    ],
    [400, { error: { code: 'context_length_exceeded' } }, 'context-window'],
    [
      400,
      { object: 'error', message: "This model's maximum context length is 10", code: 400 },
      'context-window',
    ],
    [400, { error: { code: 'content_filter', innererror: {} } }, 'content-policy'],
    [
      400,
      [{ error: { code: 400, message: 'API key not valid.', status: 'INVALID_ARGUMENT' } }],
      'upstream-auth',
    ],
    [401, { error: { message: 'Incorrect API key', code: 'invalid_api_key' } }, 'upstream-auth'],
    [403, { detail: 'Forbidden' }, 'upstream-auth'],
    [404, { error: { code: 'model_not_found' } }, 'upstream-model'],
    [404, undefined, 'upstream-model'],
    [413, undefined, 'too-large'],
    [422, { detail: [{ loc: ['body', 'n'], msg: 'n is too large' }] }, 'invalid'],
    [429, { error: { type: 'requests', code: 'rate_limit_exceeded' } }, 'rate-limit'],
    [429, { error: { type: 'insufficient_quota', code: 'insufficient_quota' } }, 'billing'],
    [500, { error: 'it broke' }, 'upstream-broken'],
    [503, undefined, 'overloaded'],
    [529, 'busy', 'overloaded'],
    [418, null, 'upstream-broken'],
    [200, { error: { code: 429, message: 'slow' } }, 'rate-limit'],
    [200, { error: { type: 'invalid_request_error', message: 'no' } }, 'invalid'],
    [200, { error: { code: 'constructor', type: '__proto__' } }, 'upstream-broken'],
  ];
  it.each(cases)('of status %s with %j is %s', (status, body, kind) => {
    const error = decodeError(status, {}, body);
    expect(error.kind).toBe(kind);
    expect(error.message).toMatch(/./);
  });

  it('keeps message, field and code of what the client did wrong', () => {
    const body = { error: { message: 'Unknown parameter.', param: 'foo', code: 'unknown_parameter' } };
    const { message, details } = decodeError(400, {}, body);
    expect(message).toBe('Unknown parameter.');
    expect(details).toMatchObject({ field: 'foo', code: 'unknown_parameter' });
  });

  it.each([401, 403])('of status %s tells nothing about the key', (status) => {
    const body = { error: { message: 'Incorrect API key provided: sk-abc', code: 'invalid_api_key' } };
    const error = decodeError(status, {}, body);
    expect(error.message).not.toContain('sk-abc');
    expect(error.details.code).toBeUndefined();
  });

  it('keeps the message of a list of details', () => {
    expect(decodeError(422, {}, { detail: [{ msg: 'n is too large' }] }).message).toBe('n is too large');
  });

  it.each<[HeaderMap, number | undefined]>([
    [{ 'retry-after': '2' }, 2000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after-ms': '150', 'retry-after': '1' }, 150],
    [{ 'retry-after': 'Fri, 20 Nov 2026 10:00:30 GMT', date: 'Fri, 20 Nov 2026 10:00:00 GMT' }, 30_000],
    [{ 'retry-after': 'Fri, 20 Nov 2026 10:00:30 GMT' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '-1' }, undefined],
    [{}, undefined],
  ])('with %j waits %s ms', (headers, expected) => {
    expect(decodeError(429, headers, undefined).details.retryAfterMs).toBe(expected);
  });
});
