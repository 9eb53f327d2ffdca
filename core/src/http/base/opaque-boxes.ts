import { createOpaqueBox, type OpaqueBox } from '@dragoman/plugin';
import { LRUCache } from 'lru-cache';

/** More keys than in practice. */
const MAX_BOXES = 1_000;

/** The boxes of all owners. */
export function createOpaqueBoxes(key: Uint8Array): (owner: string) => OpaqueBox {
  const boxes = new LRUCache<string, OpaqueBox>({ max: MAX_BOXES });
  return (owner) => {
    let box = boxes.get(owner);
    if (!box) boxes.set(owner, (box = createOpaqueBox(key, owner)));
    return box;
  };
}
