/** What `gateway.config.ts` and programs that run a gateway import. Plugins import `@dragoman/plugin`. */
export { defineConfig } from './config/define.ts';
export { createGateway } from './gateway.ts';
