/** The contracts as functions that return what is wrong, for programs without a test runner. */
export type { Check, CheckOptions, Problem } from './check/check.ts';
export { checkHook, hookChecks } from './hook/check-hook.ts';
export type * from './hook/contract.ts';
export { checkObserver, observerChecks, type ObserverContract } from './observer/check-observer.ts';
export { checkProtocol, protocolChecks } from './protocol/check-protocol.ts';
export type * from './protocol/contract.ts';
export { checkProvider, providerChecks } from './provider/check-provider.ts';
export type * from './provider/contract.ts';
export { checkToolFormat, toolFormatChecks } from './tool-format/check-tool-format.ts';
export type { ToolFormatContract, ToolTextCase } from './tool-format/contract.ts';
