import { describe, expect, it } from 'vitest';
import type { TraceRecord } from '@dragoman/plugin';
import * as timeline from './trace-timeline.ts';

const formatTrace = (...given: Parameters<typeof timeline.formatTrace>): string =>
  timeline.formatTrace(...given).join('\n');

const trace: TraceRecord = {
  ...{
    id: 'req_1',
    startedAt: Date.parse('2026-11-21T12:00:00Z'),
    ms: 480,
    method: 'POST',
    path: '/v1/messages',
  },
  ...{ protocol: 'anthropic', ip: '127.0.0.1', userAgent: 'claude-cli', keyName: 'laptop', model: 'fast' },
  ...{ upstream: 'two', upstreamModel: 'm', status: 200, outcome: 'ok', ttftMs: 240, cost: 0.0125 },
  ...{ inputTokens: 12, cachedTokens: 4, outputTokens: 7, tokensPerSecond: 29.17 },
  attempts: [
    {
      ...{
        upstream: 'one',
        model: 'model',
        name: 'fast',
        reason: 'first',
        queuedMs: 0,
        startMs: 0,
        endMs: 100,
      },
      ...{ sentMs: 1, headersMs: 100, status: 429 },
      error: { kind: 'rate-limit', message: 'Slow down.', retryAfterMs: 7000 },
    },
    {
      ...{
        upstream: 'two',
        model: 'm',
        name: 'fast',
        reason: 'next',
        queuedMs: 20,
        startMs: 120,
        endMs: 480,
      },
      ...{ sentMs: 121, connectedMs: 150, headersMs: 200, firstMs: 240, status: 200 },
    },
  ],
  dropped: [{ field: 'top_k', why: 'The upstream has none.' }],
};

describe('a trace for a person', () => {
  it('tells what hooks did, found and changed', () => {
    const findings = [
      { rule: 'card', action: 'change', detail: '1 number' },
      { rule: 'size', action: 'pass' },
    ] as const;
    const text = formatTrace(
      {
        ...trace,
        hooks: [
          { hook: 'guard', phase: 'request', action: 'change', ms: 3, findings, changed: ['messages[0]'] },
          { hook: 'new', phase: 'reply', action: 'error', ms: 0, isShadow: true, error: 'Error: No.' },
        ],
      },
      [],
    );
    expect(text).toContain(
      'hook       guard request: change, 3.0 ms; card (change: 1 number), size (pass), messages[0]\n',
    );
    expect(text).toContain('hook       new reply: error, as a shadow, 0.0 ms; Error: No.\n');
  });

  it('tells the facts, and draws each attempt on one scale', () => {
    expect(formatTrace(trace, [])).toBe(
      [
        'id         req_1',
        'time       2026-11-21T12:00:00.000Z',
        'request    POST /v1/messages (anthropic)',
        'key        laptop',
        'client     127.0.0.1  claude-cli',
        'model      fast',
        'served by  two/m',
        'outcome    200 ok',
        'took       480 ms, first content after 240 ms',
        'tokens     12 in (4 cached), 7 out, 29 a second',
        'cost       $0.012500',
        'dropped    top_k: The upstream has none.',
        '',
        'first  one/model |----------                                      | 100 ms 429 rate-limit: Slow down., retry after 7000 ms',
        'next   two/m     |          ..~~~-----====########################| 360 ms 200',
      ].join('\n'),
    );
  });

  it('tells how a provider broke the grammar of events', () => {
    const [, attempt] = trace.attempts;
    const faults = ['index 0 used twice', 'a delta that is nothing'];
    const attempts = attempt ? [{ ...attempt, faults }] : [];
    expect(formatTrace({ ...trace, attempts }, [])).toContain(
      ' 200 (repaired: index 0 used twice; a delta that is nothing)',
    );
  });

  it('marks tokens that the gateway counted', () => {
    expect(formatTrace({ ...trace, isEstimated: true }, [])).toContain('29 a second, estimated');
  });

  it('draws an attempt at a provider that has no network', () => {
    const attempt = {
      upstream: 'echo',
      model: 'e',
      name: 'e',
      reason: 'first',
      queuedMs: 0,
      startMs: 0,
    } as const;
    const text = formatTrace({ ...trace, attempts: [{ ...attempt, firstMs: 240, endMs: 480 }] }, []);
    expect(text).toContain(`|${'-'.repeat(24)}${'#'.repeat(24)}|`);
  });

  it('tells each call of a tool, what is wrong with it and what came of it', () => {
    const call = { traceId: 'req_1', calledAt: 0, callId: 'c', growth: [], startMs: 240, endMs: 300 };
    const text = formatTrace(trace, [
      {
        ...{ ...call, name: 'weather', arguments: '{"units":"c"}', state: 'schema' },
        problems: [{ path: '/units', message: 'Not in the schema.' }],
      },
      {
        ...{ ...call, name: 'time', arguments: '{}', state: 'ok' },
        result: { text: 'noon\nsharp', isError: false, by: 'req_2', afterMs: 1_200 },
      },
    ]);
    expect(text).toContain(
      [
        'weather({"units":"c"})',
        '  schema, written from 240 ms to 300 ms',
        '  /units: Not in the schema.',
        '  not answered yet',
        '',
        'time({})',
        '  ok, written from 240 ms to 300 ms',
        '  answered after 1200 ms by req_2: noon',
      ].join('\n'),
    );
  });

  it('leaves out what is not known', () => {
    const { model: _, keyName: __, upstream: ___, inputTokens: ____, cost: _____, ...rest } = trace;
    const text = formatTrace(
      {
        ...rest,
        attempts: [],
        dropped: [],
        outcome: 'error',
        errorKind: 'auth',
        status: 401,
      },
      [],
    );
    expect(text).toContain('outcome    401 error (auth)');
    for (const label of ['model ', 'key ', 'served', 'tokens', 'cost', 'dropped'])
      expect(text).not.toContain(label);
  });
});
