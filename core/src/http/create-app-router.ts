import Router, { type RouterOptions } from '@koa/router';

/** A router whose paths have one spelling: what is guarded under one must not answer under another. */
export function createAppRouter(options: RouterOptions = {}): Router {
  return new Router({ ...options, sensitive: true });
}
