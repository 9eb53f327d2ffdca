import { GatewayError } from '@dragoman/plugin';
import { describeThrown, errorName } from '../../registry/containment/describe-thrown.ts';
import { RepeatLimit } from '../../timing/repeat-limit.ts';
import { redactValues, withTexts } from '@dragoman/plugin/internal/http-provider/upstream-error';
import { explainAbort } from '../../transport/http-error.ts';
import type { Upstream } from '../upstream.ts';

/**
 * Converts what a provider threw. All plugin errors go through here: they name the upstream, may fail over, and have the
 * upstream's secrets redacted, whoever wrote the message.
 */
export function providerFailure(thrown: unknown, upstream: Upstream, signal: AbortSignal): GatewayError {
  try {
    return explain(thrown, upstream, signal);
  } catch {
    // Its fields throw, or are cyclic.
    const operatorNote = `The plugin ${upstream.plugin} threw an error that cannot be read.`;
    return new GatewayError('upstream-broken', `The provider of ${upstream.config.id} failed.`, {
      operatorNote,
    });
  }
}

function explain(thrown: unknown, upstream: Upstream, signal: AbortSignal): GatewayError {
  const { config, plugin, log } = upstream;
  const isCancelled = isAbort(thrown);
  if (signal.aborted && (isCancelled || !GatewayError.is(thrown))) {
    return withoutSecrets(explainAbort(signal.reason, config.id), upstream);
  }
  if (GatewayError.is(thrown) && !isCancelled) return withoutSecrets(thrown, upstream);
  if (errorName(thrown) === 'TimeoutError') {
    return new GatewayError('timeout', `${config.id} did not respond in time.`, { cause: thrown });
  }
  const described = describeThrown(thrown);
  const fields = limitOf(upstream).take(described);
  if (fields) log.error({ error: thrown, ...fields }, 'A provider failed with an internal error.');
  const operatorNote = redactValues(`The plugin ${plugin} threw: ${described}`, upstream.secrets.values);
  return new GatewayError('upstream-broken', `The provider of ${config.id} failed.`, {
    cause: thrown,
    operatorNote,
  });
}

const limits = new WeakMap<Upstream, RepeatLimit>();

function limitOf(upstream: Upstream): RepeatLimit {
  let limit = limits.get(upstream);
  if (!limit) limits.set(upstream, (limit = new RepeatLimit()));
  return limit;
}

/** A call that was cancelled by something other than its client: a shared login, for example. */
function isAbort(thrown: unknown): boolean {
  if (GatewayError.is(thrown)) return thrown.kind === 'cancelled';
  return errorName(thrown) === 'AbortError';
}

/** A plugin's error, whose fields may be anything, in a form that the gateway may pass on. */
function withoutSecrets(error: GatewayError, { secrets }: Pick<Upstream, 'secrets'>): GatewayError {
  const { kind, message } = error;
  const { details }: Partial<GatewayError> = error;
  const known = GatewayError.isKind(kind) ? kind : 'upstream-broken';
  const { retryAfterMs, ...rest } = details ?? {};
  // A wait until an invalid time would never end.
  const isWait = Number.isFinite(retryAfterMs) && Number(retryAfterMs) >= 0;
  const sound = new GatewayError(known, message, {
    ...rest,
    ...(isWait && { retryAfterMs: Number(retryAfterMs) }),
    cause: error,
  });
  return withTexts(sound, (text) => (typeof text === 'string' ? redactValues(text, secrets.values) : ''));
}
