import type { TraceRecord } from '@dragoman/plugin';
import { describe, expect, it } from 'vitest';
import { attemptAttributes, metricAttributes, requestAttributes } from './attributes.ts';

const trace: TraceRecord = {
  ...{ id: 'req_1', startedAt: 0, ms: 480, method: 'POST', path: '/v1/messages', protocol: 'anthropic' },
  ...{ ip: '127.0.0.1', userAgent: 'claude-cli', keyName: 'laptop', model: 'fast', upstream: 'two' },
  ...{ upstreamModel: 'm', status: 200, outcome: 'ok', inputTokens: 12, outputTokens: 7, finish: 'stop' },
  attempts: [
    {
      ...{ upstream: 'one', model: 'm', name: 'fast', reason: 'first', queuedMs: 0, startMs: 0, endMs: 100 },
      ...{ status: 429, error: { kind: 'rate-limit', message: 'Slow down.' } },
    },
  ],
  dropped: [],
};

describe('attributes', () => {
  it('tell a request by the semantic conventions, and leave out what is not known', () => {
    expect(requestAttributes(trace)).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'dragoman',
      'gen_ai.request.model': 'fast',
      'gen_ai.response.model': 'm',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 12,
      'gen_ai.usage.output_tokens': 7,
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'url.path': '/v1/messages',
      'user_agent.original': 'claude-cli',
      'client.address': '127.0.0.1',
      'dragoman.request.id': 'req_1',
      'dragoman.key': 'laptop',
      'dragoman.protocol': 'anthropic',
      'dragoman.upstream': 'two',
      'dragoman.attempts': 1,
    });
  });

  it('tell what went wrong in an attempt', () => {
    const [attempt] = trace.attempts;
    expect(attempt && attemptAttributes(trace, attempt)).toMatchObject({
      'gen_ai.provider.name': 'one',
      'http.response.status_code': 429,
      'error.type': 'rate-limit',
    });
  });

  it('give metrics no label that clients choose', () => {
    expect(metricAttributes({ ...trace, outcome: 'aborted' })).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'two',
      'gen_ai.response.model': 'm',
      'error.type': 'aborted',
    });
  });
});
