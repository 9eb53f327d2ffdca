import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes, scryptSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDataFolder, createFile } from '../files/folder.ts';
import { type LegacySecrets, openLegacySecrets } from './legacy-secrets.ts';
import { StateError } from '../files/state-error.ts';

/** The place that a secret is bound to. It can only be opened there. */
export interface SecretPlace {
  readonly upstream: string;
  readonly provider: string;
  /** The option's path. */
  readonly path: readonly PropertyKey[];
  /** The origins that the upstream's options point to: scheme, host and port of each URL. */
  readonly origins: readonly string[];
}

/** Encrypts the secrets of upstreams at rest. */
export interface SecretBox {
  /** Encrypts a text for one place; the result differs each time. */
  seal(text: string, place: SecretPlace): string;
  /** Throws a {@link StateError} if the text was altered, or sealed with another key or for another place. */
  open(sealed: string, place: SecretPlace): string;
  /** Derives a 32-byte key for another purpose, always the same. */
  deriveKey(purpose: string): Buffer;
  /** Reads secrets of the first format; `undefined` once all are resealed. */
  readonly legacy: LegacySecrets | undefined;
}

export interface SecretBoxInput {
  /** The data folder; a generated key is kept in its `secret.key`. */
  readonly folder: string;
  /** `DRAGOMAN_SECRET`, in place of a generated key. */
  readonly secret?: string;
}

const VERSION = 'v2';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Opens an AES-256-GCM box with the configured or generated key. */
export async function openSecretBox({ folder, secret }: SecretBoxInput): Promise<SecretBox> {
  // The salt only separates this use of the secret from others; the secret should be random.
  const key =
    secret === undefined ? await keyFile(folder) : scryptSync(secret, 'dragoman/secrets', KEY_BYTES);
  return {
    seal(text, place) {
      const name = nameOf(place);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(name);
      const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return [VERSION, markOf(name), sealed.toString('base64url')].join('.');
    },
    open(sealed, place) {
      const [version, mark, data = ''] = sealed.split('.', 3);
      if (version === 'v1')
        throw new StateError(`A stored secret has the format of an earlier version; ${AGAIN}`);
      if (version !== VERSION) throw new StateError('A stored secret has an unknown format.');
      const name = nameOf(place);
      // Only for a better message: the cipher checks the place itself.
      if (mark !== markOf(name))
        throw new StateError(`This secret was stored for another upstream or URL; ${AGAIN}`);
      return decrypt(key, Buffer.from(data, 'base64url'), name);
    },
    deriveKey: (purpose) => Buffer.from(hkdfSync('sha256', key, '', purpose, KEY_BYTES)),
    legacy: openLegacySecrets(folder, (bytes) => decrypt(key, bytes)),
  };
}

const AGAIN = 'enter it again.';

/** The additional data that the cipher authenticates. */
function nameOf({ upstream, provider, path, origins }: SecretPlace): Buffer {
  return Buffer.from(JSON.stringify(['dragoman/secret', VERSION, upstream, provider, path, origins]));
}

function markOf(name: Buffer): string {
  return hash('sha256', name, 'base64url').slice(0, 16);
}

function decrypt(key: Buffer, bytes: Buffer, name: Buffer = Buffer.alloc(0)): string {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
      // Otherwise a truncated text would pass with a short tag, which is easy to guess.
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(name).setAuthTag(bytes.subarray(-TAG_BYTES));
    const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch (cause) {
    const hint = 'Is DRAGOMAN_SECRET, or secret.key in the data folder, the same as when it was stored?';
    throw new StateError(`A stored secret cannot be decrypted. ${hint}`, cause);
  }
}

async function keyFile(folder: string): Promise<Buffer> {
  const file = join(folder, 'secret.key');
  await createDataFolder(folder);
  await createFile(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
  const key = Buffer.from(await readFile(file, 'utf8'), 'base64');
  if (key.length === KEY_BYTES) return key;
  throw new StateError(`${file} is not a key of ${KEY_BYTES} bytes in base64. Restore it from a backup.`);
}
