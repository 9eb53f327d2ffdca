import { GatewayError } from '../../canonical/errors.ts';
import { describeThrown, errorName } from '../../plugin/containment/describe-thrown.ts';
import { RepeatLimit } from '../../timing/repeat-limit.ts';
import { redactValues, withTexts } from '../../http-provider/upstream-error.ts';
import { explainAbort } from '../../transport/http-error.ts';
import type { Upstream } from '../upstream.ts';

/**
 * What it means that a provider threw. This is the one way out of a plugin for its errors: they name the upstream,
 * another upstream may be tried, and the secrets among the upstream's options are left out, whoever wrote the message.
 */
export function providerFailure(thrown: unknown, upstream: Upstream, signal: AbortSignal): GatewayError {
  try {
    return explain(thrown, upstream, signal);
  } catch {
    // Its fields throw, or hold themselves.
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
  if (fields)
    log.error({ error: thrown, ...fields }, 'A provider failed with an error that is not meant for clients.');
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

/** A call that was cancelled by somebody else than its client: a login that is shared, for example. */
function isAbort(thrown: unknown): boolean {
  if (GatewayError.is(thrown)) return thrown.kind === 'cancelled';
  return errorName(thrown) === 'AbortError';
}

/** An error of a plugin, whose fields may be anything, as the gateway may pass it on. */
function withoutSecrets(error: GatewayError, { secrets }: Pick<Upstream, 'secrets'>): GatewayError {
  const { kind, message } = error;
  const { details }: Partial<GatewayError> = error;
  const known = GatewayError.isKind(kind) ? kind : 'upstream-broken';
  const { retryAfterMs, ...rest } = details ?? {};
  // A rest until no time at all would never end.
  const isWait = Number.isFinite(retryAfterMs) && Number(retryAfterMs) >= 0;
  const sound = new GatewayError(known, message, {
    ...rest,
    ...(isWait && { retryAfterMs: Number(retryAfterMs) }),
    cause: error,
  });
  return withTexts(sound, (text) => (typeof text === 'string' ? redactValues(text, secrets.values) : ''));
}
