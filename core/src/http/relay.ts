import type { Context } from 'koa';
import { GatewayError } from '../canonical/errors.ts';
import { defined } from '../canonical/json.ts';
import type { Forward, Protocol, RelayEndpoint } from '../plugin/plugin.ts';
import { startCall } from '../routing/call.ts';
import type { Attempt } from '../routing/attempts.ts';
import type { Candidate } from '../routing/candidate.ts';
import type { Exchange, Reply } from '../routing/exchange.ts';
import { forwardOf, forwardRequest } from '../routing/forward.ts';
import type { Upstream } from '../routing/upstream.ts';
import { isSafeUrlPath } from '../transport/safe-path.ts';
import { openExchange } from './exchange.ts';
import { openIntake } from './intake.ts';
import { readRelayBody, type RelayBody } from './relay-body.ts';
import { respond } from './respond.ts';
import type { RouteDeps } from './route-deps.ts';

/** Picks the upstream for requests that name no model. */
const UPSTREAM_HEADER = 'x-dragoman-upstream';

/** Serves whatever a protocol has no endpoint for: sends it on to an upstream that speaks the same. */
export function serveRelay(protocol: Protocol, endpoint: RelayEndpoint, deps: RouteDeps) {
  return async (ctx: Context): Promise<void> => {
    const exchange = openExchange(ctx, deps, { protocol, endpoint });
    refuseTraversal(ctx.req.url ?? '');
    const body = await readRelayBody(ctx.req, openIntake(ctx, deps));
    if (exchange.notes.capture && body.json) exchange.notes.capture.request.body = body.json;
    const model = body.model ?? new URLSearchParams(exchange.raw.query).get('model') ?? undefined;
    const reply = await (model === undefined
      ? relayToUpstream(exchange, body, deps)
      : relayToModel(exchange, { body, model }, deps));
    ctx.respond = false;
    await respond(ctx, reply);
  };
}

async function relayToModel(
  exchange: Exchange,
  { body, model }: { readonly body: RelayBody; readonly model: string },
  deps: RouteDeps,
): Promise<Reply> {
  exchange.notes.model = model;
  const select = (all: readonly Candidate[]): readonly Candidate[] => {
    const candidates = all.filter((candidate) => forwardOf(candidate, exchange.raw.wire));
    if (candidates.length === 0) throw nobodyRelays(exchange);
    return candidates;
  };
  const attempt: Attempt<Reply> = (candidate, call) => {
    const raw = {
      ...exchange.raw,
      query: withModel(exchange.raw.query, model, candidate.model),
      ...defined({ body: body.withModel(candidate.model) }),
    };
    return forwardRequest(forwardFor(candidate, exchange), exchange, { raw, model: candidate.model, call });
  };
  return deps.router.serve({ model, exchange, attempt, select, isOnce: !body.isWhole });
}

/** A query that names the model gets the upstream's own name of it. */
function withModel(query: string, asked: string, own: string): string {
  const fields = new URLSearchParams(query);
  if (asked === own || fields.get('model') !== asked) return query;
  fields.set('model', own);
  return fields.toString();
}

async function relayToUpstream(exchange: Exchange, body: RelayBody, deps: RouteDeps): Promise<Reply> {
  if (exchange.key?.models) {
    throw new GatewayError(
      'permission',
      'This key is limited to certain models, and the request names none.',
      {
        code: 'model_required',
      },
    );
  }
  await deps.router.admit(exchange);
  const upstream = pickUpstream(exchange, deps);
  exchange.notes.attempts = 1;
  exchange.notes.upstream = upstream.config.id;
  const call = startCall(deps.pools, {
    ...exchange,
    upstream,
    dropped: exchange.notes.dropped,
    capture: exchange.notes.capture,
  });
  try {
    const raw = { ...exchange.raw, ...defined({ body: body.withModel(undefined) }) };
    const forward = forwardFor({ upstream }, exchange);
    return await forwardRequest(forward, exchange, { raw, call });
  } catch (error) {
    call.release();
    throw error;
  }
}

function pickUpstream(exchange: Exchange, deps: RouteDeps): Upstream {
  const wanted = exchange.raw.headers[UPSTREAM_HEADER];
  const usable = deps.upstreams
    .all()
    .filter(
      (upstream) =>
        upstream.config.enabled &&
        deps.catalogue.allows(exchange.key, upstream) &&
        forwardOf({ upstream }, exchange.raw.wire),
    );
  const upstream = wanted ? usable.find(({ config }) => config.id === wanted) : usable[0];
  if (!upstream) throw nobodyRelays(exchange);
  return upstream;
}

function forwardFor(candidate: Pick<Candidate, 'upstream'>, exchange: Exchange): Forward {
  const forward = forwardOf(candidate, exchange.raw.wire);
  if (!forward) throw nobodyRelays(exchange);
  return forward;
}

function nobodyRelays({ raw }: Exchange): GatewayError {
  return new GatewayError('not-found', `No upstream of this gateway serves ${raw.method} ${raw.path}.`, {
    code: 'unknown_url',
  });
}

/** The path goes to the upstream as it is, so nothing in it may lead out of the upstream's own base path. */
function refuseTraversal(url: string): void {
  const [path = ''] = url.split('?', 1);
  if (isSafeUrlPath(path)) return;
  throw new GatewayError(
    'invalid',
    'The path must not hold empty, "." or ".." segments, backslashes or control characters.',
    { code: 'path_invalid' },
  );
}
