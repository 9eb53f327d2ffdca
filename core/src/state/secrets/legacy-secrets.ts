import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createFile } from '../files/folder.ts';
import { StateError } from '../files/state-error.ts';

/** Secrets of the first format, which are not bound to a place. They are read once, to be resealed. */
export interface LegacySecrets {
  /** Throws a {@link StateError} if the text cannot be decrypted. */
  open(sealed: string): string;
  /** Stops accepting them in this data folder, from the next start on. */
  retire(): Promise<void>;
}

const PREFIX = 'v1.';

export function isLegacy(sealed: string): boolean {
  return sealed.startsWith(PREFIX);
}

/**
 * A marker file in the data folder records that the secrets were resealed. The version in the state is not enough,
 * since an old state file with a copied secret could replace it.
 */
export function openLegacySecrets(
  folder: string,
  decrypt: (bytes: Buffer) => string,
): LegacySecrets | undefined {
  const mark = join(folder, 'secrets.version');
  if (existsSync(mark)) return undefined;
  return {
    open(sealed) {
      if (!isLegacy(sealed)) throw new StateError('A stored secret has an unknown format.');
      return decrypt(Buffer.from(sealed.slice(PREFIX.length), 'base64url'));
    },
    async retire() {
      await createFile(mark, '2\n');
    },
  };
}
