/** What `gateway.config.ts` and programs that run a gateway import. */
export { createGateway, defineConfig, loadConfig } from '@dragoman/core';
export type { Gateway, GatewayOptions, LoadInput, ResolvedConfig } from '@dragoman/core';
