/** The data folder cannot be used as it is. The message is for the person who starts the gateway. */
export class StateError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StateError';
  }
}

/** What the system says of a folder that cannot be used, and SQLite of a file in it. */
const UNUSABLE: Readonly<Record<string, string>> = {
  EROFS: 'its file system is read-only',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  ENOSPC: 'its disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'it is a file',
  // Of a new folder on a read-only file system, too.
  ENOENT: 'it cannot be created',
  ERR_SQLITE_ERROR: 'a file in it cannot be opened',
};

/** Throws an error again; one of the data folder becomes a {@link StateError}. */
export function rethrowFor(folder: string): (error: unknown) => never {
  return (error) => {
    const { code = '', path = folder, message } = error as NodeJS.ErrnoException;
    const reason = UNUSABLE[code];
    if (reason === undefined || !path.startsWith(folder)) throw error;
    throw new StateError(`The data folder ${folder} cannot be used: ${reason} (${message}).`, error);
  };
}
