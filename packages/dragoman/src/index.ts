/** What `gateway.config.ts` and programs that run a gateway import. */
export { createGateway, defineConfig, loadConfig } from '@dragoman/core';
export type {
  ConfigInput,
  Gateway,
  GatewayOptions,
  LoadInput,
  ResolvedConfig,
  UpstreamInput,
} from '@dragoman/core';
