import { readFile } from 'node:fs/promises';
import type { ConfigProblem } from '../../validation/config-error.ts';
import { StateError } from './state-error.ts';

/** Something in a file of the data folder that this version cannot use. It stays in the file. */
export interface DataProblem extends ConfigProblem {
  readonly file: string;
}

/** A file of the data folder cannot be read. It is left unchanged: starting without it would lose its contents. */
export class UnreadableFileError extends StateError {
  readonly file: string;
  readonly problems: readonly ConfigProblem[];

  /** Whether the system refuses to read it, so that its contents are unknown. */
  readonly isRefused: boolean;

  constructor(file: string, problems: readonly ConfigProblem[], cause?: unknown) {
    const lines = problems.map(({ path, message }) => `  ${path === '' ? message : `${path}: ${message}`}`);
    super(
      [
        `The file ${file} cannot be read:`,
        ...lines,
        'It was not changed. Restore it from a backup, or see what can be recovered: ./dragoman doctor',
      ].join('\n'),
      cause,
    );
    this.file = file;
    this.problems = problems;
    this.isRefused = (cause as NodeJS.ErrnoException | undefined)?.code !== undefined;
  }
}

/** Reads a JSON file; `undefined` if it does not exist. Throws an {@link UnreadableFileError} if it is not JSON. */
export async function readJsonFile(file: string): Promise<unknown> {
  const text = await readIfThere(file);
  return text === undefined ? undefined : parseJson(file, text);
}

/** The text of a file; `undefined` if it does not exist. Some editors prepend a byte order mark. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw refused(file, error);
  }
}

/** The error when the system refuses to read a file. */
export function refused(file: string, error: unknown): UnreadableFileError {
  const { code } = error as NodeJS.ErrnoException;
  return new UnreadableFileError(file, [{ path: '', message: `reading failed (${code})` }], error);
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The rest of the message repeats the file's contents.
    const { message: explanation } = error as Error;
    const [, line, column] = /line (\d+) column (\d+)/.exec(explanation) ?? [];
    const place = line && `line ${line}, column ${column}`;
    const why = place ?? (/unexpected end/i.test(explanation) ? 'unexpected end' : 'unexpected start');
    const message = text === '' ? 'it is empty' : `it is not valid JSON (${why})`;
    throw new UnreadableFileError(file, [{ path: '', message }]);
  }
}
