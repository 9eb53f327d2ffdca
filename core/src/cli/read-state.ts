import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { migrate } from '../state/migrations.ts';
import { type State, stateSchema } from '../state/state.ts';
import { StateError } from '../state/state-error.ts';
import { CommandError } from './command-error.ts';

/**
 * Looks at the state of a data folder without touching it: a start would put a broken one aside. `undefined`
 * when there is none yet; throws an error with a message for a person when it is not valid.
 */
export async function readState(folder: string): Promise<State | undefined> {
  const file = join(folder, 'state.json');
  try {
    return stateSchema.parse(migrate(JSON.parse(await readFile(file, 'utf8'))));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code !== undefined || error instanceof StateError) throw error;
    const advice = 'restore it from a backup, or start the gateway, which keeps it aside and begins empty';
    throw new CommandError(`${file} is not a valid state: ${advice}.`, error);
  }
}
