import type { Logger } from 'pino';
import type { InjectionToken } from 'tsyringe';
import type { ResolvedConfig } from './config/resolved.ts';
import type { Conversations } from './conversations/conversations.ts';
import type { Registry } from './plugin/registry.ts';
import type { Catalogue } from './routing/catalogue.ts';
import type { Upstreams } from './routing/upstream.ts';
import type { KeyRing } from './state/keys.ts';
import type { SecretBox } from './state/secrets.ts';
import type { StateStore } from './state/state.ts';
import type { HttpPools } from './transport/pools.ts';

/** Milliseconds since 1970. */
export type Clock = () => number;

export const CONFIG: InjectionToken<ResolvedConfig> = Symbol('Config');
export const CLOCK: InjectionToken<Clock> = Symbol('Clock');
export const LOG: InjectionToken<Logger> = Symbol('Log');
export const REQUEST_LOG: InjectionToken<Logger> = Symbol('RequestLog');
export const REGISTRY: InjectionToken<Registry> = Symbol('Registry');
export const STATE: InjectionToken<StateStore> = Symbol('State');
export const SECRETS: InjectionToken<SecretBox> = Symbol('Secrets');
export const KEYS: InjectionToken<KeyRing> = Symbol('Keys');
export const CONVERSATIONS: InjectionToken<Conversations> = Symbol('Conversations');
export const POOLS: InjectionToken<HttpPools> = Symbol('Pools');
export const UPSTREAMS: InjectionToken<Upstreams> = Symbol('Upstreams');
export const CATALOGUE: InjectionToken<Catalogue> = Symbol('Catalogue');
