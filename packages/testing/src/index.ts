/** What tests of plugins import: the contracts, fake upstreams, and tools for tests of one's own. */
export * from './arbitraries.ts';
export * from './checks.ts';
export * from './context/call-context.ts';
export * from './context/hook-context.ts';
export * from './context/trace-record.ts';
export * from './events.ts';
export * from './gateway/start-test-gateway.ts';
export * from './hook/describe-hook.ts';
export * from './observer/describe-observer.ts';
export * from './protocol/describe-protocol.ts';
export * from './provider/describe-provider.ts';
export * from './tool-format/describe-tool-format.ts';
export * from './upstreams.ts';
