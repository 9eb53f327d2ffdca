import { join } from 'node:path';
import type { State } from '../state/state.ts';
import { readStateFile, STATE_FILE } from '../state/store.ts';

/**
 * Reads the state of a data folder without changing it. `undefined` if there is none yet; throws a `StateError` if it
 * cannot be read.
 */
export async function readState(folder: string): Promise<State | undefined> {
  return (await readStateFile(join(folder, STATE_FILE)))?.contents.state;
}
