import { describeChecks } from '../check/describe-checks.ts';
import { type ObserverContract, observerChecks } from './check-observer.ts';

/** The contract of every observer, as tests. Call it in a `*.test.ts` of the plugin. */
export function describeObserver(name: string, contract: ObserverContract): void {
  describeChecks(`the observer ${name} keeps the contract of observers`, observerChecks(contract));
}
