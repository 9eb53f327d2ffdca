import { join } from 'node:path';
import type { DependencyContainer } from 'tsyringe';
import { openAuditLog } from '../audit/audit-log.ts';
import { createConversations } from '../conversations/conversations.ts';
import { openRecords } from '../conversations/records.ts';
import type { ResolvedConfig } from '../config/resolved.ts';
import { readSpace, type Space, watchDiskSpace } from '../state/files/disk-space.ts';
import { openLedger } from '../limits/ledger.ts';
import { createLimiter } from '../limits/limiter.ts';
import { createMemoryCoordinator } from '../limits/memory-coordinator.ts';
import { openOwnedIds } from '../state/owned-ids.ts';
import { openSecretBox } from '../state/secrets/secrets.ts';
import { createStores } from '../state/stores/stores.ts';
import { openStateStore } from '../state/store.ts';
import type { Clock } from '../timing/clock.ts';
import * as tokens from './tokens.ts';

export interface DataInput {
  readonly clock: Clock;
  /** The free space of the data folder's file system. */
  readonly freeSpace: (() => Promise<Space>) | undefined;
}

/** Opens everything in the data folder. It is awaited, so it is registered as values. */
export async function openData(
  container: DependencyContainer,
  config: ResolvedConfig,
  { clock, freeSpace }: DataInput,
): Promise<void> {
  const log = container.resolve(tokens.LOG);
  const folder = config.data;
  const { now, steady = now } = clock;
  const secrets = await openSecretBox({ folder, ...(config.secret && { secret: config.secret }) });
  container.register(tokens.SECRETS, { useValue: secrets });
  const state = await openStateStore({ folder, log, secrets });
  container.register(tokens.STATE, { useValue: state });
  const stores = createStores({ folder, secrets, log });
  container.register(tokens.STORES, { useValue: stores });
  const audit = await openAuditLog({ folder, log, now, steady, ...config.audit });
  container.register(tokens.AUDIT, { useValue: audit });
  const disk = await watchDiskSpace({ log, read: freeSpace ?? readSpace(folder) });
  container.register(tokens.DISK_SPACE, { useValue: disk });
  const { maxBytesPerKey, ...bounds } = config.conversations;
  const records = await openRecords({
    ...{ ...bounds, maxBytesPerOwner: maxBytesPerKey },
    ...{ folder: join(folder, 'conversations'), now, steady },
    isDiskLow: () => disk.isLow,
  });
  const conversations = createConversations(records, config.server.bodyLimit, log);
  container.register(tokens.CONVERSATIONS, { useValue: conversations });
  const ownedIds = await openOwnedIds({ folder, log });
  container.register(tokens.OWNED_IDS, { useValue: ownedIds });
  const ledger = await openLedger({ folder, log, now, steady });
  const limiter = createLimiter(createMemoryCoordinator({ now, ledger }), now);
  container.register(tokens.LIMITER, { useValue: limiter });
  const unusable = [...state.unusable, ...ledger.unusable, ...ownedIds.unusable];
  container.register(tokens.UNUSABLE, { useValue: unusable });
}
