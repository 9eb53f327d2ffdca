import type { TraceRecord } from '@dragoman/plugin';
import type { Redactor } from './redact.ts';

/** A record without secrets that upstreams repeat in errors and ids. */
export function redactRecord(trace: TraceRecord, { text }: Pick<Redactor, 'text'>): TraceRecord {
  if (trace.attempts.length === 0) return trace;
  const attempts = trace.attempts.map(({ error, upstreamRequestId, ...attempt }) => ({
    ...attempt,
    ...(upstreamRequestId !== undefined && { upstreamRequestId: text(upstreamRequestId) }),
    ...(error && { error: { ...error, message: text(error.message) } }),
  }));
  return { ...trace, attempts };
}
