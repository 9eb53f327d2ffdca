import type { ErrorKind, Model } from '@dragoman/core';

/** How a model breaks its answer off. */
export interface Failure {
  /** How many events come first: 0 is before the start, 3 after the first delta. */
  readonly afterEvents: number;
  /** An error of this kind, or silence until the caller gives up. */
  readonly then: ErrorKind | 'silence';
  readonly message: string;
  /** What the upstream is pretended to have answered. */
  readonly status?: number;
  readonly retryAfterMs?: number;
}

interface EchoModel {
  readonly displayName: string;
  readonly reasons?: boolean;
  readonly failure?: Failure;
}

/** Every model and all that is special about it. */
const MODELS: ReadonlyMap<string, EchoModel> = new Map<string, EchoModel>([
  ['echo', { displayName: 'Echo' }],
  ['echo-reasoning', { displayName: 'Echo that reasons first', reasons: true }],
  refuses(400, 'invalid', 'This model refuses every request.'),
  refuses(401, 'upstream-auth', 'The upstream refused its credentials.'),
  refuses(403, 'upstream-auth', 'The upstream denied access.'),
  refuses(404, 'upstream-model', 'The upstream does not know this model.'),
  refuses(429, 'rate-limit', 'The upstream asks to slow down.', 1000),
  refuses(500, 'upstream-broken', 'The upstream failed.'),
  refuses(503, 'overloaded', 'The upstream is not available.'),
  refuses(529, 'overloaded', 'The upstream is overloaded.'),
  breaks('echo-silent', { afterEvents: 0, then: 'silence', message: 'Never answers' }),
  breaks('echo-hang', { afterEvents: 3, then: 'silence', message: 'Falls silent after the first word' }),
  breaks('echo-cut', {
    afterEvents: 5,
    then: 'upstream-broken',
    message: "The upstream's reply ended early.",
  }),
  breaks('echo-error-midstream', {
    afterEvents: 5,
    then: 'overloaded',
    message: 'The upstream failed in the middle of its answer.',
  }),
]);

function refuses(
  status: number,
  then: ErrorKind,
  message: string,
  retryAfterMs?: number,
): [string, EchoModel] {
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  return breaks(`echo-error-${status}`, { afterEvents: 0, then, message, status, ...wait });
}

function breaks(name: string, failure: Failure): [string, EchoModel] {
  return [name, { displayName: failure.message.replace(/\.$/, ''), failure }];
}

/** A name that is not in the table is a plain echo, so that demos may call it as they like. */
export function findModel(name: string): EchoModel {
  return MODELS.get(name) ?? { displayName: name };
}

export function listModels(): readonly Model[] {
  return [...MODELS].map(([id, { displayName }]) => ({ id, displayName, owner: 'echo' }));
}
