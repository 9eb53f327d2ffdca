import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../canonical/json.ts';
import { endsInFailure, failureIn, mayReportFailure } from './reply-failure.ts';

const FAILURES: readonly JsonValue[] = [
  { error: { message: 'No.' } },
  { error: 'No.' },
  { id: 'x', choices: [], error: { code: 500 } },
  { type: 'error', error: { type: 'api_error', message: 'No.' } },
  { object: 'error', message: 'No.', code: 500 },
  { id: 'r', status: 'failed', error: null },
  [{ error: { code: 500, status: 'INTERNAL' } }],
];
const ANSWERS: readonly JsonValue[] = [
  { choices: [{ message: { content: '{"error": {"message": "No."}}' } }] },
  { status: 'completed', error: null, output: [{ type: 'x', status: 'failed' }] },
  { content: [{ type: 'tool_use', input: { error: { message: 'No.' } } }] },
  { error: {}, choices: [] },
  { error: '', choices: [] },
  { error: false },
  [{ candidates: [] }, { error: { code: 500 } }],
  [],
  'error',
  null,
];

describe('a reply', () => {
  it.each(FAILURES.map((reply) => [reply]))('tells of a failure: %j', (reply) => {
    expect(mayReportFailure(JSON.stringify(reply, undefined, 1))).toBe(true);
    expect(failureIn(reply)).toBe(Array.isArray(reply) ? (reply as readonly JsonValue[])[0] : reply);
  });

  it.each(ANSWERS.map((reply) => [reply]))('is an answer: %j', (reply) => {
    expect(failureIn(reply)).toBeUndefined();
  });

  it('is not parsed where a search shows that it is an answer', () => {
    for (const text of ['{"error" : null}', '{"error":{ }}', '{"a":"\\"error\\":{}"}', '{"content":"error"}'])
      expect(mayReportFailure(text), text).toBe(text.includes('content'));
  });
});

describe('a stream', () => {
  it.each([
    ['data: {"error":{"message":"No."}}\n\n', true],
    ['data: {"id":"x", "choices":[], "error":{"message":"No."}}\r\n\r\n', true],
    ['event: error\rdata: {"error":{"message":"No."},"type":"error"}\r\r', true],
    ['data: {"type":"response.failed","response":{"status":"failed","error":null}}\n\n', true],
    ['data: {"type":"response.completed","response":{"status":"completed","error":null}}\n\n', false],
    ['{"text":"Hi"}\n{"error":"No."}\n', true],
    ['[{"text":"Hi"}\n,{"error":{"code":500}}]', true],
    ['{"text":"Hi"},\r\n{"error":{"code":500}}\r\n]', true],
    ['{"text":"{\\"error\\":1}"}\n{"done":true,"error":null}\n', false],
    ['rror":{"message":"cut"}}\n\ndata: [DONE]\n\n', false],
    ['data: {"choices":[{"delta":{"content":"\\"error\\""}}]}\n\n', false],
  ])('ends in a failure or not: %j', (text, isFailed) => {
    expect(endsInFailure(text)).toBe(isFailed);
  });
});
