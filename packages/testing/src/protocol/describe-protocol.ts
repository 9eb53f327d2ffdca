import { describeChecks } from '../check/describe-checks.ts';
import { protocolChecks } from './check-protocol.ts';
import type { ProtocolContract } from './contract.ts';

/** The contract of every protocol, as tests. Call it in a `*.test.ts` of the plugin. */
export function describeProtocol(name: string, contract: ProtocolContract): void {
  describeChecks(`the protocol ${name} keeps the contract of protocols`, protocolChecks(contract));
}
