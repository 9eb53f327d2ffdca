import type { IncomingMessage } from 'node:http';
import cors from '@koa/cors';
import type Router from '@koa/router';
import Koa, { type Context, type Middleware } from 'koa';
import type { Logger } from 'pino';
import { GatewayError, type Protocol } from '@dragoman/plugin';
import type { ResolvedConfig } from '../config/resolved.ts';
import { methodNotAllowed } from './base/allowed-methods.ts';
import { createDoor, type Door, refusalOf } from './access/door.ts';
import { sendError } from './errors.ts';
import { clientRequestIdOf, createRequestId, type RequestState } from './base/request-state.ts';
import { createRequestRecord } from '../routing/request-record.ts';
import { refuseForeignPages } from './access/foreign-pages.ts';
import { isForwarded } from './access/is-forwarded.ts';
import { hostNameOf, isLoopback } from '../transport/loopback.ts';
import type { RequestLog } from '../log/log.ts';
import type { Proxies } from './access/proxies.ts';
import { noteUsage } from '../routing/spending.ts';
import type { Recorder } from './recording/recorder.ts';
import { REPLY_POLICY } from './base/reply-policy.ts';
import { logRequest } from './request-log.ts';
import { discardRest } from './bodies/unread-body.ts';
import { asksForWebSocket, noWebSockets } from './access/web-socket.ts';
import { ownHeaders } from './base/write-head.ts';

export interface AppDeps {
  readonly config: ResolvedConfig;
  readonly log: Logger;
  readonly requestLog: RequestLog;
  /** The protocol of a request until an endpoint serves it. */
  readonly fallback: Protocol;
  /** The protocol that the client expects if no endpoint serves its request. */
  readonly protocolAt: (ctx: Context) => Protocol | undefined;
  /** In order of how often they are called. */
  readonly routers: readonly Router[];
  /** Refuses requests that do not belong to this address. */
  readonly guard?: Middleware;
  readonly console: Middleware;
  readonly now: () => number;
  /** A monotonic clock. Default: `now`. */
  readonly steady?: () => number;
  readonly recorder: Recorder;
  readonly proxies: Proxies;
}

/** The Koa app: one way in, one way out, one exit for errors. */
export function createApp(deps: AppDeps): Koa {
  const app = new Koa();
  app.silent = true;
  app.use(answerAndLog(deps));
  if (!deps.config.auth) {
    app.use(refuseStrangers(deps.config));
    app.use(refuseForeignPages(deps.config.server.cors));
  }
  if (deps.config.server.cors.length > 0) app.use(allowOrigins(deps.config.server.cors));
  if (deps.guard) app.use(deps.guard);
  for (const router of deps.routers) {
    app.use(router.routes());
    app.use(router.allowedMethods({ throw: true, methodNotAllowed, notImplemented: methodNotAllowed }));
  }
  app.use(deps.console);
  return app;
}

/** The outermost middleware: assigns the request id, converts errors to responses, writes the log line. */
function answerAndLog(deps: AppDeps): Middleware {
  const { log, requestLog, protocolAt, fallback, now, steady = now, recorder, proxies } = deps;
  const door = createDoor(steady);
  return async (ctx, next) => {
    const state = ctx.state as RequestState;
    state.address = proxies.clientAddress(ctx.req);
    state.startedAt = now();
    const beganAt = steady();
    state.requestId = createRequestId();
    const clientRequestId = clientRequestIdOf(ctx.req.headers['x-request-id']);
    if (clientRequestId !== undefined) state.clientRequestId = clientRequestId;
    state.record = createRequestRecord(performance.now());
    state.protocol = fallback;
    recorder.begin(ctx);
    try {
      refuseTwoHosts(ctx.req);
      await next();
      if (ctx.respond !== false && ctx.body === undefined && ctx.status === 404)
        throw asksForWebSocket(ctx.req) ? noWebSockets() : nothingAt(ctx);
      if (ctx.respond !== false) setOwnHeaders(ctx);
    } catch (thrown) {
      ctx.respond = false;
      if (state.isTraced === undefined) state.protocol = protocolAt(ctx) ?? fallback;
      answerFailure(ctx, judge(ctx, GatewayError.from(thrown), door), log);
    } finally {
      if (!ctx.req.complete) discardRest(ctx);
      const ms = steady() - beganAt;
      settle(log, () => state.account?.release());
      if (state.endings) await endAll(state.endings, log);
      settle(log, () => noteUsage(state.record));
      if (state.refused) state.isSampled = door.isSampled(state.address);
      if (state.isSampled !== false) settle(log, () => logRequest(requestLog, ctx, ms));
      settle(log, () => recorder.end(ctx));
      const leftOut = door.takeLeftOut();
      if (leftOut > 0) log.warn({ leftOut }, 'Refused requests were recorded as a sample.');
    }
  };
}

/** A proxy in front may have used the other one. */
function refuseTwoHosts({ rawHeaders }: IncomingMessage): void {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  if (count > 1) throw new GatewayError('invalid', 'The request has more than one Host header.');
}

/** The admin API and the console set their own policies, which allow scripts that this one forbids. */
function setOwnHeaders(ctx: Context): void {
  ctx.set(ownHeaders(ctx.state));
  if (!ctx.res.hasHeader('x-content-type-options')) ctx.set(REPLY_POLICY);
}

/** The error to respond with. Refusals are marked, and rate-limited by address. */
function judge(ctx: Context, error: GatewayError, door: Door): GatewayError {
  const state = ctx.state as RequestState;
  const refused = refusalOf(error, state);
  if (!refused) return error;
  const answer = door.answer(error, state.address);
  state.refused = answer.details.refused ?? refused;
  return answer;
}

function answerFailure(ctx: Context, error: GatewayError, log: Logger): void {
  const { record, requestId } = ctx.state as RequestState;
  record.errorKind = error.kind;
  if (error.details.code !== undefined) record.errorCode = error.details.code;
  sendError(ctx, error);
  if (error.kind !== 'internal') return;
  settle(log, () => log.error({ error: error.details.cause ?? error, requestId }, 'A request failed.'));
}

/** The reply is over: a failure here must neither reach the client nor prevent the remaining steps. */
function settle(log: Logger, step: () => void): void {
  try {
    step();
  } catch (error) {
    log.error({ reason: String(error) }, 'A step after a reply failed.');
  }
}

async function endAll(endings: readonly (() => Promise<void>)[], log: Logger): Promise<void> {
  // Last registered, first called.
  for (const end of endings.toReversed()) {
    try {
      await end();
    } catch (error) {
      log.error({ error }, 'A step after a reply failed.');
    }
  }
}

/**
 * An open gateway on loopback would serve any web page whose host name resolves to it (DNS rebinding); such a page comes
 * with a foreign host name. A local proxy may forward for anyone, so it is served only if the configuration declares
 * one, which needs `--allow-open`.
 */
function refuseStrangers({ server, console: { hostnames = [] } }: ResolvedConfig): Middleware {
  const { publicUrl, trustedProxies } = server;
  const own = new Set(hostnames);
  if (publicUrl !== undefined) own.add(new URL(publicUrl).hostname);
  const hasProxy = trustedProxies.length > 0 || [...own].some((name) => !isLoopback(name));
  return (ctx, next) => {
    const name = hostNameOf(ctx.req.headers.host ?? '');
    if (!isLoopback(name) && !own.has(name)) {
      throw new GatewayError(
        'permission',
        'Without authentication, this gateway serves only host names of this machine, such as localhost, and that of server.publicUrl.',
        { refused: 'foreign-host' },
      );
    }
    if (hasProxy || !isForwarded(ctx.req.headers)) return next();
    throw new GatewayError(
      'permission',
      'Without authentication, this gateway refuses requests forwarded by a proxy. Use keys, or set server.publicUrl and start with --allow-open.',
      { refused: 'foreign-host' },
    );
  };
}

function allowOrigins(origins: '*' | readonly string[]): Middleware {
  return cors({
    origin: (ctx: Context) => {
      if (origins === '*') return '*';
      const origin = ctx.get('origin');
      return origins.includes(origin) ? origin : '';
    },
    exposeHeaders: ['x-request-id', 'request-id', 'x-upstream-request-id', 'retry-after'],
    keepHeadersOnError: true,
  });
}

function nothingAt({ method, path }: Context): GatewayError {
  return new GatewayError('not-found', `No route for ${method} ${path}.`, {
    code: 'unknown_url',
    refused: 'unknown-url',
  });
}
