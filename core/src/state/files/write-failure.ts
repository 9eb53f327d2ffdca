const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the quota of the disk is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'the gateway may not write there',
  EPERM: 'the gateway may not write there',
  EIO: 'the disk reports an error',
  EMFILE: 'too many files are open',
  ENOENT: 'the data folder is gone',
};

/** Why the system did not write something, without its path; `undefined` for any other error. */
export function writeFailure(error: unknown): string | undefined {
  const { code } = error as NodeJS.ErrnoException;
  const reason = typeof code === 'string' ? REASONS[code] : undefined;
  return reason === undefined ? undefined : `${reason} (${code})`;
}
