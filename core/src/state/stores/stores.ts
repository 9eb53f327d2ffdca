import { hash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyValue, Log } from '@dragoman/plugin';
import type { SecretBox } from '../secrets/secrets.ts';
import { SealedFile } from './sealed-file.ts';

/** Whose store it is, and what its texts are bound to: like a secret, they can be read nowhere else. */
export interface StoreOwner {
  readonly kind: 'upstream' | 'hook';
  readonly id: string;
  /** The kind of provider or hook. */
  readonly type: string;
  /** The origins that its options point to. */
  readonly origins: readonly string[];
}

/** The small stores of plugins. Each owner has its own; replicas will share them. */
export interface Stores {
  /** An owner's store, always the same one. Reads nothing: files are read when the store is first used. */
  of(owner: StoreOwner): KeyValue;
  /** Removes what an owner stored, whatever its type and origins were. Never throws. */
  remove(owner: Pick<StoreOwner, 'kind' | 'id'>): Promise<void>;
  /** Removes the stores of one kind whose owners are gone. Never throws. */
  keepOnly(kind: StoreOwner['kind'], ids: readonly string[]): Promise<void>;
}

export interface StoresInput {
  /** The data folder. */
  readonly folder: string;
  readonly secrets: Pick<SecretBox, 'seal' | 'open'>;
  readonly log: Pick<Log, 'warn'>;
}

export const STORES_FOLDER = 'stores';

/** Stores as files of the data folder, encrypted and each written atomically. */
export function createStores({ folder, secrets, log }: StoresInput): Stores {
  const path = join(folder, STORES_FOLDER);
  const open = new Map<string, SealedFile>();
  let removed = Promise.resolve();
  const removeFiles = async (isGone: (name: string) => boolean): Promise<void> => {
    try {
      const names = (await readdir(path)).filter(isGone);
      await Promise.all(names.map((name) => rm(join(path, name), { force: true })));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      log.warn({ error }, 'The stores of removed upstreams or hooks could not be removed.');
    }
  };
  const removeWhere = (isGone: (name: string) => boolean): Promise<void> => {
    const closed: Promise<void>[] = [];
    for (const [name, file] of open) {
      if (!isGone(name)) continue;
      open.delete(name);
      closed.push(file.close());
    }
    // A new owner of the same name waits for it, or its file would be removed, too.
    return (removed = removed.then(() => Promise.all(closed)).then(() => removeFiles(isGone)));
  };
  return {
    of(owner) {
      const name = `${startOf(owner)}${hashed(JSON.stringify([owner.type, owner.origins]))}.sealed`;
      let file = open.get(name);
      if (!file) {
        const { kind, id, type: provider, origins } = owner;
        // A hook may have the id of an upstream, which has no slash in it.
        const place = { upstream: kind === 'hook' ? `hook/${id}` : id, provider, path: ['store'], origins };
        const sealing = {
          name: `${kind} ${JSON.stringify(id)}`,
          seal: (text: string) => secrets.seal(text, place),
          open: (sealed: string) => secrets.open(sealed, place),
        };
        file = new SealedFile(join(path, name), sealing, removed);
        open.set(name, file);
      }
      return file;
    },
    remove: (owner) => removeWhere((name) => name.startsWith(startOf(owner))),
    keepOnly(kind, ids) {
      const kept = ids.map((id) => startOf({ kind, id }));
      return removeWhere(
        (name) => name.startsWith(`${kind}-`) && !kept.some((start) => name.startsWith(start)),
      );
    },
  };
}

/** Ids that differ in case only would be one file on some systems. */
function startOf({ kind, id }: Pick<StoreOwner, 'kind' | 'id'>): string {
  return `${kind}-${hashed(id)}-`;
}

function hashed(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 24);
}
