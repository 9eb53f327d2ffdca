/** What `@dragoman/testing` needs of the gateway, besides `@dragoman/core`. Nothing else imports it. */
export { timeoutsSchema } from './config/upstream.ts';
export { createHttpPools } from './transport/pools.ts';
export type { Timeouts } from './transport/timeouts.ts';
