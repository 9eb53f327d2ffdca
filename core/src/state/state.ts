import { z } from 'zod';
import { limitsSchema } from '@dragoman/plugin/internal/canonical/limits';
import { relaySchema } from '../config/relay.ts';
import type { AliasConfig } from '../config/routing.ts';
import { RECORD_LEVELS } from '../config/recording.ts';
import type { HookConfig } from '../config/hook.ts';
import type { UpstreamConfig } from '../config/upstream.ts';
import type { CURRENT_VERSION } from './migrations.ts';
import type { DataProblem } from './files/unreadable.ts';

const instant = z.iso.datetime();

/** A client's key as stored: only its hash and first characters, never the key itself. */
export const keySchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** The first characters of the key, enough to recognize it. */
  prefix: z.string(),
  /** SHA-256 of the key, in hex. The key has 256 random bits, so a slow hash would add nothing. */
  hash: z.string(),
  enabled: z.boolean(),
  createdAt: instant,
  expiresAt: instant.optional(),
  /** Model names that the key may request; `*` matches any text. Absent: all. */
  models: z.array(z.string()).optional(),
  /** Upstreams that may serve the key. Absent: all. */
  upstreams: z.array(z.string()).optional(),
  /** Which requests it may relay. Absent: `stateless`. */
  relay: relaySchema.optional(),
  /** Whether the gateway keeps threads and sends their history along. */
  thread: z.strictObject({ memory: z.boolean() }).optional(),
  limits: limitsSchema.optional(),
  /** What is recorded of its requests, if it differs from the gateway's setting. */
  traces: z.enum(RECORD_LEVELS).optional(),
});
export type StoredKey = Readonly<z.output<typeof keySchema>>;

export const settingsSchema = z.strictObject({
  /** scrypt, as `scrypt$N$r$p$salt$hash`. */
  adminPasswordHash: z.string().optional(),
});

/** The gateway's persistent state, without traces. Secret options of upstreams and hooks are encrypted. */
export interface State {
  readonly version: typeof CURRENT_VERSION;
  readonly upstreams: readonly UpstreamConfig[];
  /** In the order in which they see requests. */
  readonly hooks: readonly HookConfig[];
  readonly aliases: readonly AliasConfig[];
  readonly keys: readonly StoredKey[];
  readonly settings: Readonly<z.output<typeof settingsSchema>>;
}

/** The lists of the state, whose rows are read one by one. */
export type ListName = 'upstreams' | 'hooks' | 'aliases' | 'keys';

/** The state's storage. `read` is a memory access; `update` resolves once the change is durable. */
export interface StateStore {
  read(): State;
  /**
   * Applies changes one at a time. `change` gets the latest state and returns the next one. It may be called again with a
   * newer state, so it must be pure.
   */
  update(change: (state: State) => State): Promise<State>;
  /** Rows that this version cannot use. They are not in the state, and stay in the file. */
  readonly unusable: readonly (DataProblem & { readonly list: ListName })[];
}
