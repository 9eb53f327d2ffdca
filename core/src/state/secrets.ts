import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, scryptSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDataFolder, createFile } from './folder.ts';
import { StateError } from './state-error.ts';

/** Encrypts the secrets of upstreams at rest. */
export interface SecretBox {
  /** Encrypts a text; the result differs each time. */
  seal(text: string): string;
  /** Throws a {@link StateError} when the text was sealed with another key or was altered. */
  open(sealed: string): string;
  /** A key of 32 bytes for another purpose, always the same for the same one. */
  deriveKey(purpose: string): Buffer;
}

export interface SecretBoxInput {
  /** The data folder; a generated key is kept in its `secret.key`. */
  readonly folder: string;
  /** `DRAGOMAN_SECRET`; instead of a generated key. */
  readonly secret?: string;
}

const VERSION = 'v1';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Opens the box of AES-256-GCM with the configured or the generated key. */
export async function openSecretBox({ folder, secret }: SecretBoxInput): Promise<SecretBox> {
  // The salt only keeps this use of the secret apart from others; a secret is expected to be random.
  const key =
    secret === undefined ? await keyFile(folder) : scryptSync(secret, 'dragoman/secrets', KEY_BYTES);
  return {
    seal(text) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${VERSION}.${sealed.toString('base64url')}`;
    },
    open(sealed) {
      const [version, data = ''] = sealed.split('.', 2);
      if (version !== VERSION) throw new StateError('A stored secret has an unknown format.');
      const bytes = Buffer.from(data, 'base64url');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
          // Otherwise a text cut short would pass with a short tag, which is easy to guess.
          authTagLength: TAG_BYTES,
        });
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
        const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
        return Buffer.concat([text, decipher.final()]).toString('utf8');
      } catch (cause) {
        const hint = 'Is DRAGOMAN_SECRET, or the secret.key in the data folder, the one it was stored with?';
        throw new StateError(`A stored secret cannot be decrypted. ${hint}`, cause);
      }
    },
    deriveKey: (purpose) => Buffer.from(hkdfSync('sha256', key, '', purpose, KEY_BYTES)),
  };
}

async function keyFile(folder: string): Promise<Buffer> {
  const file = join(folder, 'secret.key');
  await createDataFolder(folder);
  await createFile(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
  const key = Buffer.from(await readFile(file, 'utf8'), 'base64');
  if (key.length === KEY_BYTES) return key;
  throw new StateError(`${file} is not a key of ${KEY_BYTES} bytes in base64. Restore it from a backup.`);
}
