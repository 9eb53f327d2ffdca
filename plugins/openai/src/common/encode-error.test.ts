import { type ErrorDetails, type ErrorKind, GatewayError } from '@dragoman/plugin';
import { describe, expect, it } from 'vitest';
import { encodeError } from './encode-error.ts';

describe('an error to a client', () => {
  const encode = (kind: ErrorKind, details?: ErrorDetails) =>
    encodeError(new GatewayError(kind, 'Sentence.', details));

  it.each<[ErrorKind, number, string, string | null]>([
    ['invalid', 400, 'invalid_request_error', null],
    ['auth', 401, 'invalid_request_error', 'invalid_api_key'],
    ['billing', 429, 'insufficient_quota', 'insufficient_quota'],
    ['context-window', 400, 'invalid_request_error', 'context_length_exceeded'],
    ['rate-limit', 429, 'rate_limit_exceeded', 'rate_limit_exceeded'],
    ['upstream-auth', 502, 'server_error', 'upstream_auth'],
    ['upstream-model', 404, 'invalid_request_error', 'model_not_found'],
    ['overloaded', 503, 'server_error', 'overloaded'],
    ['timeout', 504, 'server_error', 'timeout'],
  ])('of kind %s has status %s, type %s and code %s', (kind, status, type, code) => {
    const encoded = encode(kind);
    expect(encoded.status).toBe(status);
    expect(encoded.body).toEqual({ error: { message: 'Sentence.', type, param: null, code } });
  });

  it('names the field and the code that it was given', () => {
    const { body } = encode('invalid', { field: 'messages[2].content', code: 'invalid_type' });
    expect(body['error']).toMatchObject({ param: 'messages[2].content', code: 'invalid_type' });
  });

  it('says how long to wait, and whose request id it was', () => {
    const details = { retryAfterMs: 1500.2, upstream: { id: 'u', status: 429, requestId: 'req-9' } };
    expect(encode('rate-limit', details).headers).toEqual({
      'retry-after': '2',
      'retry-after-ms': '1501',
      'x-upstream-request-id': 'req-9',
    });
  });

  // The SDKs repeat 408, 409, 429 and all from 500 on unless this header says no.
  it.each<ErrorKind>(['billing', 'conflict', 'internal', 'upstream-auth'])(
    'tells SDKs not to repeat %s',
    (kind) => {
      expect(encode(kind).headers).toMatchObject({ 'x-should-retry': 'false' });
    },
  );

  it.each<ErrorKind>([
    'rate-limit',
    'overloaded',
    'timeout',
    'upstream-broken',
    'upstream-unreachable',
    'invalid',
  ])('leaves it to SDKs whether to repeat %s', (kind) =>
    expect(encode(kind).headers).not.toHaveProperty('x-should-retry'),
  );
});
