import type { Log, OpaqueBox } from '@dragoman/plugin';
import type { RoutingConfig } from '../../config/routing.ts';
import type { Conversations } from '../../conversations/conversations.ts';
import type { TextCounters } from '../../metering/text-tokens.ts';
import type { ToolCallMemory } from '../../serving/tool-call-memory.ts';
import type { Catalogue } from '../../catalogue/catalogue.ts';
import type { Hooks } from '../../hooks/hooks.ts';
import type { Router } from '../../routing/router.ts';
import type { Upstreams } from '../../upstreams/upstream.ts';
import type { OwnedIds } from '../../state/owned-ids.ts';
import type { KeyRing } from '../../state/keys.ts';
import type { HttpPools } from '../../transport/pools.ts';
import type { IntakeDeps } from '../bodies/intake.ts';
import type { Passes } from '../access/passes.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { Running } from '../base/running.ts';

/** The dependencies of the protocol endpoints. */
export interface RouteDeps extends IntakeDeps {
  readonly catalogue: Catalogue;
  readonly router: Router;
  readonly hooks: Hooks;
  readonly routing: () => RoutingConfig;
  readonly upstreams: Upstreams;
  readonly keys: KeyRing;
  readonly pools: HttpPools;
  readonly log: Log;
  /** Seals state for one client, by the id of its key. */
  readonly opaque: (owner: string) => OpaqueBox;
  readonly toolCallMemory: ToolCallMemory;
  readonly conversations: Conversations;
  readonly ownedIds: OwnedIds;
  readonly passes: Passes;
  readonly recorder: Recorder;
  readonly running: Running;
  readonly auth: boolean;
  readonly cors: '*' | readonly string[];
  /** The gateway's own. */
  readonly version: string;
  /** Where clients may put their key, besides `Authorization`. */
  readonly credentialHeaders: readonly string[];
  readonly textCounter: TextCounters;
  readonly keepAliveMs: number;
  readonly now: () => number;
}
