import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createFile } from './folder.ts';
import { StateError } from './state-error.ts';

/** Secrets of the first format, which do not say where they belong. They are read once, to be sealed again. */
export interface LegacySecrets {
  /** Throws a {@link StateError} when the text cannot be decrypted. */
  open(sealed: string): string;
  /** Ends their time: from the next start on, none is read from this data folder. */
  retire(): Promise<void>;
}

const PREFIX = 'v1.';

export function isLegacy(sealed: string): boolean {
  return sealed.startsWith(PREFIX);
}

/**
 * A mark in the data folder says that the secrets were sealed again. The version in the state alone would not do:
 * an old state file with a copied secret could be put in its place.
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
