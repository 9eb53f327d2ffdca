const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'the gateway has no write permission',
  EPERM: 'the gateway has no write permission',
  EIO: 'the disk reports an error',
  EMFILE: 'too many files are open',
  ENOENT: 'the data folder no longer exists',
};

/** Why a write failed, without its path; `undefined` for other errors. */
export function writeFailure(error: unknown): string | undefined {
  const { code } = error as NodeJS.ErrnoException;
  const reason = typeof code === 'string' ? REASONS[code] : undefined;
  return reason === undefined ? undefined : `${reason} (${code})`;
}
