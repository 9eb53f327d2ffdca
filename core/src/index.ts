/// <reference types="node" preserve="true" />

/** What `gateway.config.ts` and programs that run a gateway import. Plugins import `@dragoman/plugin`. */
export { type ConfigInput, defineConfig } from './config/define.ts';
export type { UpstreamInput } from './config/upstream.ts';
export { loadConfig, type LoadInput } from './config/load.ts';
export type { ResolvedConfig } from './config/resolved.ts';
export { createGateway, type Gateway, type GatewayOptions } from './gateway.ts';
