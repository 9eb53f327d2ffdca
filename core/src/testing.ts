/** What `@dragoman/testing` needs of the gateway, besides `@dragoman/core`. Nothing else imports it. */
export type { ConfigInput } from './config/define.ts';
export type { ConfigOverrides } from './config/overrides.ts';
export { resolveConfig } from './config/resolve.ts';
export { timeoutsSchema } from './config/upstream.ts';
export { createHttpPools } from './transport/pools.ts';
export type { Timeouts } from './transport/timeouts.ts';
