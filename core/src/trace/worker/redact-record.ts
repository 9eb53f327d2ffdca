import type { HookRecord, TraceRecord } from '@dragoman/plugin';
import type { Redactor } from './redact.ts';

/** A record without secrets that upstreams repeat in errors and ids. */
export function redactRecord(trace: TraceRecord, { text }: Pick<Redactor, 'text'>): TraceRecord {
  if (trace.attempts.length === 0 && !trace.hooks) return trace;
  const attempts = trace.attempts.map(({ error, upstreamRequestId, ...attempt }) => ({
    ...attempt,
    ...(upstreamRequestId !== undefined && { upstreamRequestId: text(upstreamRequestId) }),
    ...(error && { error: { ...error, message: text(error.message) } }),
  }));
  const hooks = trace.hooks?.map((call) => redactCall(call, text));
  return { ...trace, attempts, ...(hooks && { hooks }) };
}

function redactCall({ error, findings, ...call }: HookRecord, text: Redactor['text']): HookRecord {
  return {
    ...call,
    ...(error !== undefined && { error: text(error) }),
    ...(findings && {
      findings: findings.map(({ detail, ...finding }) => ({
        ...finding,
        ...(detail !== undefined && { detail: text(detail) }),
      })),
    }),
  };
}
