import type { RouterContext } from '@koa/router';
import type { Context } from 'koa';
import { GatewayError } from '@dragoman/plugin';

/** A route with more methods accepts all of them. */
const MOST_METHODS = 4;

/** The methods of the routes at a request's path, without routes that accept any. */
export function allowedMethods(ctx: Context): readonly string[] {
  const { matched = [] } = ctx as Partial<RouterContext>;
  const own = matched.filter(({ methods }) => methods.length <= MOST_METHODS);
  return [...new Set(own.flatMap(({ methods }) => methods))];
}

export function methodNotAllowed(): GatewayError {
  return new GatewayError('method-not-allowed', 'Method not allowed.', {
    code: 'method_not_allowed',
    refused: 'unknown-url',
  });
}
