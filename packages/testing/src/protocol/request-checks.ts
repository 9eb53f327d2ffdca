import { type ChatEndpoint, GatewayError, type JsonObject, type RequestInput } from '@dragoman/plugin';
import type { Check } from '../check/check.ts';
import { deepFreeze } from '../check/deep-freeze.ts';
import { must, mustEqual, show } from '../check/expect.ts';
import { mustHold } from '../check/property.ts';
import { testOpaque } from '../events.ts';
import { spoiled } from '../spoiled.ts';
import type { ProtocolContract } from './contract.ts';

/** How many requests are spoiled. */
const SPOILED = 500;

/** How it reads requests. */
export function requestChecks(contract: ProtocolContract, endpoint: ChatEndpoint): readonly Check[] {
  const { request, refused, protocol } = contract;
  const decode = (body: JsonObject) => endpoint.decodeRequest(inputOf(deepFreeze(body), contract));
  return [
    {
      rule: 'decodes-requests',
      title: 'decodes a request and says which protocol it came by',
      async run() {
        mustEqual(decode(structuredClone(request)).protocol, protocol.name, 'The protocol of the request');
      },
    },
    ...refused.map(({ change, field }): Check => ({
      rule: 'refuses-by-field',
      title: `refuses ${JSON.stringify(change)} and names ${field}`,
      async run() {
        const failure = failureOfDecoding(() => decode({ ...request, ...change }));
        must(failure !== undefined, 'The request is not refused.');
        mustEqual([failure.kind, failure.details.field], ['invalid', field], 'The kind and the field');
        must(failure.message.includes(field), `The message does not name the field: ${failure.message}`);
      },
    })),
    {
      rule: 'survives-any-request',
      title: 'refuses or decodes whatever JSON it is given, and never breaks',
      run: () =>
        mustHold(
          spoiled(request),
          (body) => {
            const failure = failureOfDecoding(() => decode(body));
            must(
              failure === undefined || failure.kind === 'invalid',
              `It refuses with kind ${failure?.kind}, not invalid.`,
            );
          },
          SPOILED,
        ),
    },
  ];
}

function failureOfDecoding(decode: () => unknown): GatewayError | undefined {
  try {
    decode();
    return undefined;
  } catch (error) {
    must(GatewayError.is(error), `It throws ${show(error)}, not a GatewayError.`);
    return error;
  }
}

export function inputOf(body: JsonObject, { params = {} }: ProtocolContract): RequestInput {
  return { body, params, query: new URLSearchParams(), headers: {}, opaque: testOpaque };
}
