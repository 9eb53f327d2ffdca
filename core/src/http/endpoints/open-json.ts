import type { Context } from 'koa';
import type { Protocol, RequestInput } from '@dragoman/plugin';
import type { Exchange } from '../../routing/exchange.ts';
import { parseJsonBody } from '../bodies/json-body.ts';
import { openExchange, type WireEndpoint } from './open-exchange.ts';
import { openIntake } from '../bodies/intake.ts';
import { readRequestBody } from '../bodies/request-body.ts';
import { requestInput } from './request-input.ts';
import type { RouteDeps } from './route-deps.ts';

export interface OpenedJson {
  /** With the body's bytes, for upstreams that take them unchanged. */
  readonly exchange: Exchange;
  /** With the body parsed, for the endpoint to decode. */
  readonly input: RequestInput;
}

/** Opens an exchange with a JSON request: the client is authenticated before its body is read. */
export async function openJson(
  ctx: Context,
  deps: RouteDeps,
  route: { readonly protocol: Protocol; readonly endpoint: WireEndpoint },
): Promise<OpenedJson> {
  const opened = openExchange(ctx, deps, route);
  const intake = openIntake(ctx, deps);
  const body = await readRequestBody(ctx.req, intake);
  if (opened.record.capture) opened.record.capture.request.body = body;
  opened.record.readAt = performance.now();
  return {
    exchange: { ...opened, raw: { ...opened.raw, body } },
    input: requestInput(ctx, parseJsonBody(body), deps.opaque(opened.key?.id ?? '')),
  };
}
