import type { z } from 'zod';
import {
  type Capabilities,
  type ChatRequest,
  DEFAULT_CAPABILITIES,
  type JsonObject,
  type ProtocolClient,
} from '@dragoman/plugin';
import { AdminError } from '../../admin-error.ts';
import type { playgroundInputSchema } from '../../contract/playground-contract.ts';
import type { AdminDeps } from '../../deps.ts';

/** A request, and how a client of its protocol sends it. */
export interface ProtocolRequest {
  readonly client: ProtocolClient;
  readonly capabilities: Capabilities;
  readonly request: ChatRequest;
}

/** Throws an `AdminError` where the protocol is none that can be tried. */
export function protocolRequest(
  { protocol: name, request }: z.output<typeof playgroundInputSchema>,
  { registry }: Pick<AdminDeps, 'registry'>,
): ProtocolRequest {
  const client = registry.protocols.find((protocol) => protocol.name === name)?.client;
  if (!client) {
    const message = `There is no protocol ${JSON.stringify(name)} that can be tried.`;
    throw new AdminError('invalid', message, { issues: [{ path: 'protocol', message }] });
  }
  return {
    client,
    capabilities: { ...DEFAULT_CAPABILITIES, ...client.capabilities },
    request: {
      ...{ ...request, protocol: name, stream: true },
      // The body was JSON.
      tools: request.tools.map((tool) => ({ ...tool, schema: tool.schema as JsonObject })),
    },
  };
}
