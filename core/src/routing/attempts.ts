import { GatewayError } from '../canonical/errors.ts';
import { type Call, type CallInput, startCall } from './call.ts';
import type { Candidate } from './catalogue.ts';
import type { Exchange } from './exchange.ts';
import type { HttpPools } from '../transport/pools.ts';

/** One try at one candidate. It throws as long as another candidate may still answer in its place. */
export type Attempt<Result> = (candidate: Candidate, call: Call) => Promise<Result>;

/**
 * Tries the candidates in order until one answers. An error that no other candidate could mend goes to the
 * client at once. The winning call's clock runs on: whoever ends the reply releases it.
 */
export async function attemptInTurn<Result>(
  candidates: readonly Candidate[],
  { pools, exchange }: { readonly pools: HttpPools; readonly exchange: Exchange },
  attempt: Attempt<Result>,
): Promise<Result> {
  let failure: GatewayError | undefined;
  for (const candidate of candidates) {
    const call = startCall(pools, callInput(exchange, candidate));
    note(exchange, candidate);
    try {
      return await attempt(candidate, call);
    } catch (error) {
      call.release();
      failure = blame(error, candidate, call);
      if (!failure.retryable || exchange.signal.aborted) throw failure;
      exchange.log.debug(
        { upstream: candidate.upstream.config.id, kind: failure.kind },
        'An attempt failed.',
      );
    }
  }
  throw failure ?? new GatewayError('internal', 'No upstream was tried.');
}

function callInput(exchange: Exchange, { upstream, model }: Candidate): CallInput {
  const { requestId, signal, log } = exchange;
  exchange.notes.dropped.length = 0;
  return { upstream, model, requestId, signal, log, dropped: exchange.notes.dropped };
}

function note({ notes }: Exchange, { upstream, model }: Candidate): void {
  notes.attempts += 1;
  notes.upstream = upstream.config.id;
  notes.upstreamModel = model;
}

/** The error as the client gets it: a call that ran out of time failed by timeout, whatever broke first. */
export function blame(error: unknown, { upstream }: Candidate, call: Call): GatewayError {
  const { signal } = call.context;
  const cause: unknown = signal.aborted && !GatewayError.is(error) ? signal.reason : error;
  const { kind, message, details } = GatewayError.from(cause);
  return new GatewayError(kind, message, {
    ...details,
    upstream: { id: upstream.config.id, ...details.upstream },
    cause: error,
  });
}
