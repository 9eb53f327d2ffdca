/** The contracts as functions that return what is wrong, for programs without a test runner. */
export type { Check, CheckOptions, Problem } from './check/check.ts';
export { checkProvider, providerChecks } from './provider/check-provider.ts';
export type * from './provider/contract.ts';
