import type { Context } from 'koa';
import type { Endpoint, HeaderMap, Log, Protocol, StaticEndpoint } from '@dragoman/plugin';
import type { Exchange } from '../../routing/exchange.ts';
import type { RequestState } from '../base/request-state.ts';
import type { KeyRing } from '../../state/keys.ts';
import type { StoredKey } from '../../state/state.ts';
import { Capture, type CaptureBounds } from '../../trace/capture.ts';
import { clientCredential } from '../access/client-credential.ts';
import { withoutCredentials } from '../access/credentials.ts';
import { refuseNavigation } from '../access/fetch-destination.ts';
import { refuseAmbient } from '../access/foreign-pages.ts';

import { PASS_HEADER, type Passes } from '../access/passes.ts';
import { asksForWebSocket, noWebSockets } from '../access/web-socket.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { Running } from '../base/running.ts';

export interface ExchangeDeps {
  readonly keys: KeyRing;
  /** Whether clients need a key. */
  readonly auth: boolean;
  /** The origins of pages that may call this gateway. */
  readonly cors: '*' | readonly string[];
  /** Where clients may put their key, besides `Authorization`. */
  readonly credentialHeaders: readonly string[];
  readonly log: Log;
  readonly passes: Passes;
  readonly recorder: Recorder;
  readonly running: Running;
}

/** Static endpoints have no wire. */
export type WireEndpoint = Exclude<Endpoint, StaticEndpoint>;

/** They concern the gateway, not a model. */
const UNTRACED: ReadonlySet<WireEndpoint['operation']> = new Set([
  'list-models',
  'get-model',
  'stored-reply',
]);

/** Authenticates a client's request and creates its record. */
export function openExchange(
  ctx: Context,
  deps: ExchangeDeps,
  { protocol, endpoint }: { readonly protocol: Protocol; readonly endpoint: WireEndpoint },
): Exchange {
  const state = ctx.state as RequestState;
  const key = admit(ctx, deps, { protocol, isTraced: !UNTRACED.has(endpoint.operation) });
  const bounds = state.isTraced ? deps.recorder.captureBounds(key) : undefined;
  if (bounds) state.record.capture = captureOf(ctx, endpoint.wire, bounds);
  return {
    requestId: state.requestId,
    protocol,
    raw: {
      wire: endpoint.wire,
      method: ctx.method,
      path: ctx.path,
      query: withoutCredentials(ctx.querystring, protocol.credentials?.query),
      // Only `set-cookie` is ever a list, and requests have none.
      headers: ctx.req.headers as HeaderMap,
    },
    key,
    ...deps.running.begin(ctx),
    log: deps.log,
    record: state.record,
    onEnd: (ending) => void (state.endings ??= []).push(ending),
  };
}

export type AdmitDeps = Pick<ExchangeDeps, 'auth' | 'cors' | 'credentialHeaders' | 'keys' | 'passes'>;

/** Authenticates a client's request, and marks it as one of its protocol. */
export function admit(
  ctx: Context,
  deps: AdmitDeps,
  { protocol, isTraced }: { readonly protocol: Protocol; readonly isTraced: boolean },
): StoredKey | undefined {
  const state = ctx.state as RequestState;
  state.protocol = protocol;
  state.isTraced = isTraced;
  refuseNavigation(ctx.req.headers);
  const pass = deps.passes.read(ctx.req.headers[PASS_HEADER]);
  if (pass?.replayOf !== undefined) state.replayOf = pass.replayOf;
  const key = pass?.key ?? verifiedKey(ctx, deps);
  if (key) state.key = key;
  if (asksForWebSocket(ctx.req)) throw noWebSockets();
  return key;
}

function verifiedKey(
  ctx: Context,
  { auth, cors, keys, credentialHeaders }: AdmitDeps,
): StoredKey | undefined {
  if (!auth) return undefined;
  const credential = clientCredential({
    headers: ctx.req.headers as HeaderMap,
    querystring: ctx.querystring,
    places: (ctx.state as RequestState).protocol.credentials ?? {},
    names: credentialHeaders,
  });
  if (credential?.isAmbient) refuseAmbient(ctx.req.headers, cors);
  return keys.verify(credential?.value ?? '');
}

function captureOf(ctx: Context, wire: string, bounds: CaptureBounds): Capture {
  const { params } = ctx as Context & { readonly params: Readonly<Record<string, string>> };
  const headers = ctx.req.headers as HeaderMap;
  return new Capture({ wire, query: ctx.querystring, headers, params }, bounds);
}

/** Fires when the client disconnects before its reply is complete. */
export function goneSignal({ res }: Context): AbortSignal {
  const controller = new AbortController();
  res.once('close', () => {
    if (!res.writableFinished) controller.abort(new DOMException('The client disconnected.', 'AbortError'));
  });
  return controller.signal;
}
