import { hash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { defined, GatewayError, type Refusal } from '@dragoman/plugin';
import type { Limits } from '@dragoman/plugin/internal/canonical/limits';
import type { RelayLevel } from '../config/relay.ts';
import type { RecordLevel } from '../config/recording.ts';
import type { State, StateStore, StoredKey } from './state.ts';

/** What an administrator sets for a key. */
export interface KeyInput {
  readonly name: string;
  readonly enabled?: boolean | undefined;
  readonly expiresAt?: string | undefined;
  readonly models?: readonly string[] | undefined;
  readonly upstreams?: readonly string[] | undefined;
  readonly relay?: RelayLevel | undefined;
  readonly thread?: { readonly memory: boolean } | undefined;
  readonly limits?: Limits | undefined;
  readonly traces?: RecordLevel | undefined;
}

/** A key, and the secret that clients send. */
export interface NewKey {
  readonly key: StoredKey;
  readonly secret: string;
}

/** The keys of clients. */
export interface KeyRing {
  list(): readonly StoredKey[];
  get(id: string): StoredKey | undefined;
  /** Creates a key. The secret itself is never available again. */
  create(input: KeyInput): Promise<NewKey>;
  /** Creates a key if there is none yet, not even one that this version cannot use. */
  createFirst(input: KeyInput): Promise<NewKey | undefined>;
  /** Updates what an administrator sets, from its current value. */
  update(id: string, change: (key: StoredKey) => KeyInput): Promise<StoredKey | undefined>;
  /** Removes a key; returns whether it existed. */
  revoke(id: string): Promise<boolean>;
  /** Finds the key for a client's secret. Throws a `GatewayError` of kind `auth`. On the path of every request. */
  verify(secret: string): StoredKey;
}

export interface KeyRingDeps {
  readonly store: StateStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const PREFIX = 'sk-dgm-';
const SHOWN_LENGTH = PREFIX.length + 6;

export function createKeyRing({ store, now }: KeyRingDeps): KeyRing {
  const lookUp = createLookUp();
  const list = (): readonly StoredKey[] => store.read().keys;
  const get = (id: string): StoredKey | undefined => list().find((key) => key.id === id);

  const generate = (input: KeyInput): NewKey => {
    const secret = PREFIX + randomBytes(32).toString('base64url');
    const key: StoredKey = {
      id: randomUUID(),
      prefix: secret.slice(0, SHOWN_LENGTH),
      hash: hash('sha256', secret),
      createdAt: new Date(now()).toISOString(),
      ...decided(input),
    };
    return { key, secret };
  };

  return {
    list,
    get,
    async create(input) {
      const made = generate(input);
      await store.update((state) => ({ ...state, keys: [...state.keys, made.key] }));
      return made;
    },
    async createFirst(input) {
      if (list().length > 0 || store.unusable.some(({ list: name }) => name === 'keys')) return undefined;
      const made = generate(input);
      const { keys } = await store.update((state) =>
        state.keys.length > 0 ? state : { ...state, keys: [made.key] },
      );
      return keys.some(({ id }) => id === made.key.id) ? made : undefined;
    },
    async update(id, change) {
      await store.update((state) => ({
        ...state,
        keys: state.keys.map((key) => {
          if (key.id !== id) return key;
          const { prefix, hash: digest, createdAt } = key;
          return { id, prefix, hash: digest, createdAt, ...decided(change(key)) };
        }),
      }));
      return get(id);
    },
    async revoke(id) {
      if (!get(id)) return false;
      await store.update((state) => ({ ...state, keys: state.keys.filter((key) => key.id !== id) }));
      return true;
    },
    verify(secret) {
      if (secret === '') throw refused('no-key', 'No API key. Send a key of this gateway as a Bearer token.');
      const key = lookUp(store.read(), secret);
      if (!key) throw refused('unknown-key', 'Unknown API key.');
      if (!key.enabled) throw refused('disabled-key', 'The API key is disabled.');
      if (key.expiresAt !== undefined && Date.parse(key.expiresAt) <= now()) {
        throw refused('expired-key', 'The API key has expired.');
      }
      return key;
    },
  };
}

function decided(input: KeyInput) {
  const {
    name,
    enabled = true,
    expiresAt,
    models,
    upstreams,
    relay = 'stateless',
    thread,
    limits,
    traces,
  } = input;
  return defined({
    name,
    enabled,
    expiresAt,
    models: models && [...models],
    upstreams: upstreams && [...upstreams],
    relay,
    thread: thread && { ...thread },
    limits: limits && { ...limits },
    traces,
  });
}

/**
 * Finds by prefix, which is not secret, then compares hashes in constant time. Only valid secrets are cached, so a
 * guess always takes the slow path.
 */
function createLookUp(): (state: State, secret: string) => StoredKey | undefined {
  let seen: State['keys'] | undefined;
  const right = new Map<string, StoredKey>();
  let byPrefix = new Map<string, StoredKey[]>();
  return ({ keys }, secret) => {
    if (keys !== seen) {
      seen = keys;
      right.clear();
      byPrefix = Map.groupBy(keys, ({ prefix }) => prefix);
    }
    const known = right.get(secret);
    if (known) return known;
    const digest = hash('sha256', secret, 'buffer');
    const candidates = byPrefix.get(secret.slice(0, SHOWN_LENGTH)) ?? [];
    const key = candidates.find(({ hash: own }) => isSameDigest(Buffer.from(own, 'hex'), digest));
    if (key) right.set(secret, key);
    return key;
  };
}

/** A stored hash of another length matches no key. */
function isSameDigest(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function refused(reason: Refusal, message: string): GatewayError {
  return new GatewayError('auth', message, { code: 'invalid_api_key', refused: reason });
}
