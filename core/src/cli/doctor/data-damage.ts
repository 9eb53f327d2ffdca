import { copyFile, rename } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ConfigProblem } from '../../validation/config-error.ts';
import { listUnreadable } from '../../conversations/records.ts';
import { LEDGER_FILE, readLedger } from '../../limits/ledger.ts';
import { writeDurably } from '../../state/files/durable-file.ts';
import { lineOf, OWNED_IDS_FILE, readOwnedIds } from '../../state/owned-ids.ts';
import { salvageState } from '../../state/salvage.ts';
import { readStateFile, STATE_FILE } from '../../state/store.ts';
import { readJsonFile, UnreadableFileError } from '../../state/files/unreadable.ts';

/** What this version cannot use in a file of the data folder. */
export interface Damage {
  /** Relative to the data folder. */
  readonly file: string;
  readonly problems: readonly ConfigProblem[];
  /**
   * Removes it from the file, after copying the file to the given name. Returns what is left. Absent if the file itself is
   * not at fault, for example if the system refuses to read it.
   */
  readonly repair?: (copy: string) => Promise<string>;
}

/** Checks the files of a data folder without changing them. Throws a `StateError` on one of a newer gateway. */
export async function findDamage(folder: string): Promise<readonly Damage[]> {
  const looks = [
    lookAt(folder, STATE_FILE, lookAtState),
    lookAt(folder, LEDGER_FILE, lookAtLedger),
    lookAt(folder, OWNED_IDS_FILE, lookAtOwnedIds),
    lookAtConversations(folder),
  ];
  return (await Promise.all(looks)).flat();
}

/** The problems of a readable file, and what remains of it without them. */
interface Look {
  readonly problems: readonly ConfigProblem[];
  /** The text that remains; `undefined` if nothing can be kept. */
  readonly rest: () => Promise<string | undefined>;
}

async function lookAt(
  folder: string,
  file: string,
  look: (path: string) => Promise<Look>,
): Promise<readonly Damage[]> {
  const path = join(folder, file);
  try {
    const { problems, rest } = await look(path);
    return problems.length > 0 ? [{ file, problems, repair: (copy) => replace(path, copy, rest) }] : [];
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    const { problems, isRefused } = error;
    const rest = file === STATE_FILE ? () => restOfState(path) : () => Promise.resolve(undefined);
    return [{ file, problems, ...(!isRefused && { repair: (copy: string) => replace(path, copy, rest) }) }];
  }
}

async function replace(path: string, copy: string, rest: Look['rest']): Promise<string> {
  const text = await rest();
  const target = join(path, '..', copy);
  if (text === undefined) {
    await rename(path, target);
    return `nothing in it is usable; it was renamed to ${copy}, and the gateway starts without it`;
  }
  await copyFile(path, target);
  await writeDurably(path, text);
  return `unusable content was removed; the original is ${copy}`;
}

async function lookAtState(path: string): Promise<Look> {
  const { problems = [] } = (await readStateFile(path)) ?? {};
  return { problems, rest: () => restOfState(path) };
}

async function restOfState(path: string): Promise<string | undefined> {
  const stored = await readJsonFile(path).catch(() => undefined);
  const state = salvageState(stored);
  return state && `${JSON.stringify(state, undefined, 2)}\n`;
}

async function lookAtLedger(path: string): Promise<Look> {
  const { problems, entries } = await readLedger(path);
  return { problems, rest: () => Promise.resolve(JSON.stringify(entries)) };
}

async function lookAtOwnedIds(path: string): Promise<Look> {
  const { problems, owned } = await readOwnedIds(path);
  return { problems, rest: () => Promise.resolve(owned.map(lineOf).join('')) };
}

async function lookAtConversations(folder: string): Promise<readonly Damage[]> {
  const unreadable = await listUnreadable(join(folder, 'conversations'));
  return unreadable.map(({ file: path, problems, isRefused }) => ({
    file: relative(folder, path),
    problems,
    ...(!isRefused && {
      repair: (copy: string) => replace(path, copy, () => Promise.resolve(undefined)),
    }),
  }));
}
