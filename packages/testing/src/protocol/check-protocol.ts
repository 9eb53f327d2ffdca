import type { ChatEndpoint } from '@dragoman/plugin';
import { type Check, type CheckOptions, type Problem, runChecks } from '../check/check.ts';
import type { ProtocolContract } from './contract.ts';
import { errorChecks } from './error-checks.ts';
import { replyChecks } from './reply-checks.ts';
import { requestChecks } from './request-checks.ts';

/** All that a protocol is held to. Throws if it has no such chat endpoint. */
export function protocolChecks(contract: ProtocolContract): readonly Check[] {
  const { protocol, path } = contract;
  const endpoint = protocol.endpoints.find(
    (one): one is ChatEndpoint => one.operation === 'chat' && one.path === path,
  );
  if (!endpoint) throw new Error(`${protocol.name} has no chat endpoint ${path}.`);
  return [
    ...requestChecks(contract, endpoint),
    ...replyChecks(contract, endpoint),
    ...errorChecks(contract, endpoint),
  ];
}

/** Runs the contract of protocols, and returns what is wrong. Needs no test runner. */
export function checkProtocol(
  contract: ProtocolContract,
  options?: CheckOptions,
): Promise<readonly Problem[]> {
  return runChecks(protocolChecks(contract), options);
}
