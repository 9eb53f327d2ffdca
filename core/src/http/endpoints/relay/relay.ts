import type { Context } from 'koa';
import {
  defined,
  type Forward,
  GatewayError,
  type Protocol,
  type RawRequest,
  type RelayEndpoint,
} from '@dragoman/plugin';
import { startCall } from '../../../upstreams/call.ts';
import type { Attempt } from '../../../routing/attempts.ts';
import type { Candidate } from '../../../catalogue/candidate.ts';
import { estimateOnce } from '../../../metering/estimate-tokens.ts';
import type { Exchange } from '../../../routing/exchange.ts';
import { RequestCaller } from '../../../routing/request-caller.ts';
import type { Reply } from '../../../routing/reply.ts';
import { forwardOf, forwardRequest } from '../../../serving/forward.ts';
import type { Operation } from '../../../upstreams/health.ts';
import { ModelNames, modelFieldsOf } from '../../../catalogue/model-names.ts';
import {
  keptReplyReader,
  mayRelay,
  notRelayed,
  relayNeed,
  type RelayNeed,
  runsLater,
} from './relay-right.ts';
import type { Upstream } from '../../../upstreams/upstream.ts';
import { isSafeUrlPath } from '../../../transport/safe-path.ts';
import { allowedMethods, methodNotAllowed } from '../../base/allowed-methods.ts';
import { openExchange } from '../open-exchange.ts';
import { asksModel, countAs, estimateRelay } from './count-relay.ts';
import { openIntake } from '../../bodies/intake.ts';
import { namingPlaces } from '../naming.ts';
import { readRelayBody, type RelayBody } from './relay-body.ts';
import { RelayObjects } from '../objects/relay-objects.ts';
import { respond } from '../respond.ts';
import type { RouteDeps } from '../route-deps.ts';
import { spokenProtocol } from '../../access/spoken-protocol.ts';

/** Picks the upstream for requests that name no model. */
const UPSTREAM_HEADER = 'x-dragoman-upstream';

export interface RelayRoute {
  readonly protocol: Protocol;
  readonly endpoint: RelayEndpoint;
  /** The protocols of other plugins, whose clients may use the same paths. */
  readonly others: readonly Protocol[];
}

/** A relayed request, and the relay level that it needs. */
interface Relayed {
  readonly exchange: Exchange;
  readonly body: RelayBody;
  readonly need: RelayNeed;
  readonly objects: RelayObjects;
  readonly operation: Operation;
}

/** Serves whatever a protocol has no endpoint for: relays it to an upstream that speaks the same wire. */
export function serveRelay({ protocol, endpoint, others }: RelayRoute, deps: RouteDeps) {
  const placesFor = namingPlaces(endpoint.models);
  const keptReplyOf = keptReplyReader(endpoint);
  return async (ctx: Context): Promise<void> => {
    const spoken =
      spokenProtocol(others, ctx.req.headers as RawRequest['headers']) ??
      ownerOf(ctx.path, { protocol, others });
    const exchange = openExchange(ctx, deps, { protocol: spoken ?? protocol, endpoint });
    if (spoken) throw allowedMethods(ctx).length > 0 ? methodNotAllowed() : nobodyRelays(exchange);
    refuseUnsafePath(ctx.req.url ?? '');
    const { key, raw } = exchange;
    const objects = new RelayObjects(deps.ownedIds, exchange, {
      keptReply: keptReplyOf(raw),
      keepsPart: endpoint.keepsPart,
    });
    const need = objects.isOwnReply(deps.upstreams.all()) ? 'stateless' : relayNeed(endpoint, raw);
    if (!mayRelay(need, key)) throw notRelayed(raw, need, key);
    const isScoped = key?.models !== undefined;
    const body = await readRelayBody(ctx.req, {
      ...{ intake: openIntake(ctx, deps), isScoped, places: placesFor(isScoped) },
    });
    if (exchange.record.capture && body.json) exchange.record.capture.request.body = body.json;
    if (asksModel(raw)) exchange.record.estimate = estimateOnce(() => estimateRelay(body));
    const relayed = { exchange, body, need, objects, operation: operationOf(endpoint, raw) };
    const model = body.model ?? modelOfQuery(raw.query);
    if (runsLater(endpoint, raw)) {
      exchange.record.uncounted = { what: `${raw.method} ${raw.path}`, isPriceable: model === undefined };
    }
    const reply = await (model === undefined
      ? relayToUpstream(relayed, deps)
      : relayToModel(relayed, model, deps));
    ctx.respond = false;
    await respond(ctx, reply);
  };
}

async function relayToModel(relayed: Relayed, model: string, deps: RouteDeps): Promise<Reply> {
  const { exchange, body, need, objects, operation } = relayed;
  const { raw, key } = exchange;
  exchange.record.model = model;
  const names = new ModelNames(
    defined({ model, query: raw.query, body: body.named, isScoped: key?.models !== undefined }),
  );
  await names.judge(key, deps.catalogue);
  const select = (all: readonly Candidate[]): readonly Candidate[] => {
    const forwarding = all.filter((candidate) => forwardOf(candidate, raw.wire));
    if (forwarding.length === 0) throw nobodyRelays(exchange);
    const candidates = forwarding.filter(({ upstream }) => mayRelay(need, key, upstream));
    if (candidates.length === 0) throw notRelayed(raw, need, key);
    return candidates;
  };
  const attempt: Attempt<Reply> = (candidate, call) => {
    const named = names.rawFor(candidate, raw);
    const sent = { ...named, ...defined({ body: body.send(named.body as Uint8Array | undefined) }) };
    const forward = forwardFor(candidate, exchange);
    return objects.guard({ upstream: candidate.upstream, body, need }, () =>
      forwardRequest(forward, exchange, { raw: sent, model: candidate.model, call, ...countAs(raw) }),
    );
  };
  const isOnce = !body.isWhole;
  return deps.router.serve({ model, exchange, attempt, select, isOnce, operation });
}

/** The other protocol that has exactly this path, if ours does not: its clients need no header that identifies them. */
function ownerOf(
  path: string,
  { protocol, others }: Pick<RelayRoute, 'protocol' | 'others'>,
): Protocol | undefined {
  const has = ({ endpoints }: Protocol): boolean => endpoints.some((endpoint) => endpoint.path === path);
  return has(protocol) ? undefined : others.find(has);
}

/** Only declared paths have their own health, because clients can make up others. */
function operationOf(endpoint: RelayEndpoint, raw: RawRequest): Operation {
  return relayNeed(endpoint, raw) === 'stateless' ? `relay ${raw.path}` : 'relay';
}

function modelOfQuery(query: string): string | undefined {
  const [name] = modelFieldsOf(query);
  return name === undefined ? undefined : (new URLSearchParams(query).get(name) ?? '');
}

async function relayToUpstream(relayed: Relayed, deps: RouteDeps): Promise<Reply> {
  const { exchange, body, need, objects } = relayed;
  if (exchange.key?.models) {
    throw new GatewayError(
      'permission',
      'This key is limited to certain models, and the request does not name one.',
      { code: 'model_required' },
    );
  }
  const upstream = pickUpstream(relayed, deps);
  await deps.router.admit(exchange, { upstream, model: exchange.raw.path });
  exchange.record.attempts = 1;
  exchange.record.upstream = upstream.config.id;
  const call = startCall(deps.pools, {
    ...exchange,
    caller: new RequestCaller(exchange),
    upstream,
    pricedAs: exchange.raw.path,
    dropped: exchange.record.dropped,
    capture: exchange.record.capture,
    isLimited: exchange.record.isLimited,
  });
  exchange.record.meters.push(call.meter);
  try {
    const raw = { ...exchange.raw, ...defined({ body: body.send(undefined) }) };
    const forward = forwardFor({ upstream }, exchange);
    const reply = await objects.guard({ upstream, body, need }, () =>
      forwardRequest(forward, exchange, { raw, call, ...countAs(raw) }),
    );
    exchange.record.served = call.meter;
    return reply;
  } catch (error) {
    call.release();
    throw error;
  }
}

function pickUpstream({ exchange, need, objects }: Relayed, deps: RouteDeps): Upstream {
  const { key, raw } = exchange;
  const wanted = raw.headers[UPSTREAM_HEADER];
  const usable = deps.upstreams
    .all()
    .filter(
      (upstream) =>
        upstream.config.enabled && deps.catalogue.allows(key, upstream) && forwardOf({ upstream }, raw.wire),
    )
    .filter(({ config }) => !wanted || config.id === wanted);
  if (usable.length === 0) throw nobodyRelays(exchange);
  const allowed = usable.filter((one) => mayRelay(need, key, one));
  // Objects of the key exist only at the upstream where it created them.
  const upstream = allowed.find(({ config }) => objects.hasOwnAt(config.id)) ?? allowed[0];
  if (!upstream) throw notRelayed(raw, need, key);
  return upstream;
}

function forwardFor(candidate: Pick<Candidate, 'upstream'>, exchange: Exchange): Forward {
  const forward = forwardOf(candidate, exchange.raw.wire);
  if (!forward) throw nobodyRelays(exchange);
  return forward;
}

function nobodyRelays({ raw }: Exchange): GatewayError {
  return new GatewayError('not-found', `No upstream serves ${raw.method} ${raw.path}.`, {
    code: 'unknown_url',
  });
}

/** The path goes to the upstream unchanged, so it must not leave the upstream's base path. */
function refuseUnsafePath(url: string): void {
  const [path = ''] = url.split('?', 1);
  if (isSafeUrlPath(path)) return;
  throw new GatewayError(
    'invalid',
    'The path must not contain empty, "." or ".." segments, backslashes or control characters.',
    { code: 'path_invalid' },
  );
}
