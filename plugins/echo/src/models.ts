import type { ErrorKind, Model } from '@dragoman/plugin';

/** How a model breaks its answer off. */
export interface Failure {
  /** How many events come first: 0 is before the start, 3 after the first delta. */
  readonly afterEvents: number;
  /** An error of this kind, or silence until the caller gives up. */
  readonly outcome: ErrorKind | 'silence';
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
  refuses(400, { outcome: 'invalid', message: 'This model refuses every request.' }),
  refuses(401, { outcome: 'upstream-auth', message: 'The upstream refused its credentials.' }),
  refuses(403, { outcome: 'upstream-auth', message: 'The upstream denied access.' }),
  refuses(404, { outcome: 'upstream-model', message: 'The upstream does not know this model.' }),
  refuses(429, { outcome: 'rate-limit', message: 'The upstream asks to slow down.', retryAfterMs: 1000 }),
  refuses(500, { outcome: 'upstream-broken', message: 'The upstream failed.' }),
  refuses(503, { outcome: 'overloaded', message: 'The upstream is not available.' }),
  refuses(529, { outcome: 'overloaded', message: 'The upstream is overloaded.' }),
  breaks('echo-silent', { afterEvents: 0, outcome: 'silence', message: 'Never answers' }),
  breaks('echo-hang', { afterEvents: 3, outcome: 'silence', message: 'Falls silent after the first word' }),
  breaks('echo-cut', {
    afterEvents: 5,
    outcome: 'upstream-broken',
    message: "The upstream's reply ended early.",
  }),
  breaks('echo-error-midstream', {
    afterEvents: 5,
    outcome: 'overloaded',
    message: 'The upstream failed in the middle of its answer.',
  }),
]);

function refuses(status: number, failure: Omit<Failure, 'afterEvents' | 'status'>): [string, EchoModel] {
  return breaks(`echo-error-${status}`, { ...failure, afterEvents: 0, status });
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
