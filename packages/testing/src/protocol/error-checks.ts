import { type ChatEndpoint, type ErrorKind, GatewayError } from '@dragoman/plugin';
import type { Check } from '../check/check.ts';
import { must, mustEqual, mustMatch } from '../check/expect.ts';
import type { ProtocolContract } from './contract.ts';

const KINDS = [
  'invalid',
  'auth',
  'billing',
  'permission',
  'not-found',
  'method-not-allowed',
  'request-timeout',
  'conflict',
  'too-large',
  'context-window',
  'content-policy',
  'upgrade-refused',
  'rate-limit',
  'cancelled',
  'interrupted',
  'internal',
  'upstream-auth',
  'upstream-model',
  'upstream-broken',
  'upstream-unreachable',
  'overloaded',
  'timeout',
] as const satisfies readonly ErrorKind[];

/** How it tells errors. */
export function errorChecks(contract: ProtocolContract, endpoint: ChatEndpoint): readonly Check[] {
  const { protocol } = contract;
  return [
    ...KINDS.map((kind): Check => ({
      rule: 'encodes-errors',
      title: `puts an error of kind ${kind} in its envelope`,
      run: async () => encodeError(contract, kind),
    })),
    {
      rule: 'tells-to-wait',
      title: 'tells how long to wait',
      async run() {
        const error = new GatewayError('rate-limit', 'Slow down.', { retryAfterMs: 1500 });
        mustMatch(protocol.encodeError(error).headers, { 'retry-after': '2' }, 'The headers of the error');
      },
    },
    {
      rule: 'has-distinct-endpoints',
      title: 'has endpoints whose methods and paths are told apart',
      async run() {
        const places = protocol.endpoints.map(({ method, path }) => `${method} ${path}`);
        const twice = places.find((place, at) => places.indexOf(place) !== at);
        must(twice === undefined, `There are two endpoints ${twice}.`);
        must(endpoint.summary !== '', 'The endpoint has no summary.');
      },
    },
  ];
}

function encodeError({ protocol, statuses = {} }: ProtocolContract, kind: ErrorKind): void {
  const error = new GatewayError(kind, 'A telling sentence.', { cause: new Error('hidden-cause') });
  const { status, body } = protocol.encodeError(error);
  mustEqual(status, statuses[kind] ?? error.status, 'The status');
  const text = JSON.stringify(body);
  must(text.includes('A telling sentence.'), `The message of the error is not in ${text}.`);
  must(!text.includes('hidden-cause'), 'The cause of the error, which is for operators, reaches clients.');
  const others = protocol.encodeError(new GatewayError('invalid', 'Other.')).body;
  mustEqual(Object.keys(body), Object.keys(others), 'The fields of the envelope');
}
