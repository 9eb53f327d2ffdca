import type { Attributes } from '@opentelemetry/api';
import type { AttemptRecord, TraceRecord } from '@dragoman/plugin';

/** What a request is about, in the terms of the GenAI semantic conventions (November 2026). */
export function operationOf({ path }: TraceRecord): string {
  return /embed/i.test(path) ? 'embeddings' : 'chat';
}

/** The gateway answers clients: this is the server's side. */
export function requestAttributes(trace: TraceRecord): Attributes {
  return known({
    'gen_ai.operation.name': operationOf(trace),
    'gen_ai.provider.name': 'dragoman',
    'gen_ai.request.model': trace.model,
    'gen_ai.response.model': trace.upstreamModel,
    'gen_ai.response.finish_reasons': trace.finish === undefined ? undefined : [trace.finish],
    'gen_ai.conversation.id': trace.thread,
    'gen_ai.usage.input_tokens': trace.inputTokens,
    'gen_ai.usage.output_tokens': trace.outputTokens,
    'gen_ai.usage.cache_read.input_tokens': trace.cachedTokens,
    'http.request.method': trace.method,
    'http.response.status_code': trace.status,
    'url.path': trace.path,
    'user_agent.original': trace.userAgent,
    'client.address': trace.ip,
    'error.type': errorOf(trace),
    'dragoman.request.id': trace.id,
    'dragoman.key': trace.keyName,
    'dragoman.protocol': trace.protocol,
    'dragoman.upstream': trace.upstream,
    'dragoman.cost': trace.cost,
    'dragoman.usage.estimated': trace.isEstimated,
    'dragoman.attempts': trace.attempts.length,
  });
}

/** The gateway asks upstreams: this is the client's side. */
export function attemptAttributes(trace: TraceRecord, attempt: AttemptRecord): Attributes {
  return known({
    'gen_ai.operation.name': operationOf(trace),
    'gen_ai.provider.name': attempt.upstream,
    'gen_ai.request.model': attempt.model,
    'http.response.status_code': attempt.status,
    'error.type': attempt.error?.kind,
    'dragoman.attempt.reason': attempt.reason,
    'dragoman.upstream.request.id': attempt.upstreamRequestId,
  });
}

/** Labels of metrics have few values, none of which clients choose. */
export function metricAttributes(trace: TraceRecord): Attributes {
  return known({
    'gen_ai.operation.name': operationOf(trace),
    'gen_ai.provider.name': trace.upstream ?? 'dragoman',
    'gen_ai.response.model': trace.upstreamModel,
    'error.type': errorOf(trace),
  });
}

function errorOf({ outcome, errorKind }: TraceRecord): string | undefined {
  return outcome === 'ok' ? undefined : (errorKind ?? outcome);
}

function known(attributes: Readonly<Record<string, Attributes[string]>>): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
