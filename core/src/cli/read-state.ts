import { join } from 'node:path';
import type { State } from '../state/state.ts';
import { readStateFile, STATE_FILE } from '../state/store.ts';

/**
 * Looks at the state of a data folder without touching it. `undefined` when there is none yet; throws a `StateError`
 * when it cannot be read.
 */
export async function readState(folder: string): Promise<State | undefined> {
  return (await readStateFile(join(folder, STATE_FILE)))?.contents.state;
}
