import { context, SpanKind, SpanStatusCode, trace as api, type Tracer } from '@opentelemetry/api';
import type { AttemptRecord, TraceRecord } from '@dragoman/plugin';
import { attemptAttributes, operationOf, requestAttributes } from './attributes.ts';

/** Tells a request as a span, with a span for each attempt within. */
export function recordSpans(tracer: Tracer, trace: TraceRecord): void {
  const at = (ms: number): number => trace.startedAt + ms;
  const operation = operationOf(trace);
  const span = tracer.startSpan(
    `${operation} ${trace.model ?? ''}`.trim(),
    { kind: SpanKind.SERVER, startTime: at(0), attributes: requestAttributes(trace), root: true },
    context.active(),
  );
  const within = api.setSpan(context.active(), span);
  for (const attempt of trace.attempts) {
    const child = tracer.startSpan(
      `${operation} ${attempt.model}`,
      {
        kind: SpanKind.CLIENT,
        startTime: at(attempt.startMs),
        attributes: attemptAttributes(trace, attempt),
      },
      within,
    );
    if (attempt.firstMs !== undefined) child.addEvent('gen_ai.first_token', at(attempt.firstMs));
    if (attempt.error) child.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(attempt) });
    child.end(at(attempt.endMs));
  }
  if (trace.outcome !== 'ok') span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(at(trace.ms));
}

function messageOf({ error }: AttemptRecord): string {
  return error ? `${error.kind}: ${error.message}` : '';
}
