import Router, { type RouterOptions } from '@koa/router';

/** A router with case-sensitive paths: a guarded path must not be reachable in another spelling. */
export function createAppRouter(options: RouterOptions = {}): Router {
  return new Router({ ...options, sensitive: true });
}
