/** The data folder cannot be used as it is. The message is for whoever starts the gateway. */
export class StateError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StateError';
  }
}

/** System errors of a folder that cannot be used, and SQLite's for a file in it. */
const UNUSABLE: Readonly<Record<string, string>> = {
  EROFS: 'its file system is read-only',
  EACCES: 'this user has no write permission',
  EPERM: 'this user has no write permission',
  ENOSPC: 'its disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'part of the path is a file',
  EEXIST: 'it is a file',
  // Also for a new folder on a read-only file system.
  ENOENT: 'it cannot be created',
  ERR_SQLITE_ERROR: 'a file in it cannot be opened',
};

/** Rethrows an error; one about the data folder becomes a {@link StateError}. */
export function rethrowFor(folder: string): (error: unknown) => never {
  return (error) => {
    const { code = '', path = folder, message } = error as NodeJS.ErrnoException;
    const reason = UNUSABLE[code];
    if (reason === undefined || !path.startsWith(folder)) throw error;
    throw new StateError(`The data folder ${folder} cannot be used: ${reason} (${message}).`, error);
  };
}
