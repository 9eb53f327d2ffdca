import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes, scryptSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDataFolder, createFile } from '../files/folder.ts';
import { type LegacySecrets, openLegacySecrets } from './legacy-secrets.ts';
import { StateError } from '../files/state-error.ts';

/** The place to which a secret is bound. It can be opened there only. */
export interface SecretPlace {
  readonly upstream: string;
  readonly provider: string;
  /** The option's path. */
  readonly path: readonly PropertyKey[];
  /** Where the upstream sends to: scheme, host and port of its URLs. */
  readonly origins: readonly string[];
}

/** Encrypts the secrets of upstreams at rest. */
export interface SecretBox {
  /** Encrypts a text for one place; the result differs each time. */
  seal(text: string, place: SecretPlace): string;
  /** Throws a {@link StateError} when the text was sealed with another key or for another place, or was altered. */
  open(sealed: string, place: SecretPlace): string;
  /** A key of 32 bytes for another purpose, always the same for the same one. */
  deriveKey(purpose: string): Buffer;
  /** Reads secrets of the first format; `undefined` once they were all sealed again. */
  readonly legacy: LegacySecrets | undefined;
}

export interface SecretBoxInput {
  /** The data folder; a generated key is kept in its `secret.key`. */
  readonly folder: string;
  /** `DRAGOMAN_SECRET`; instead of a generated key. */
  readonly secret?: string;
}

const VERSION = 'v2';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Opens the box of AES-256-GCM with the configured or the generated key. */
export async function openSecretBox({ folder, secret }: SecretBoxInput): Promise<SecretBox> {
  // The salt only keeps this use of the secret apart from others; a secret is expected to be random.
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
        throw new StateError(`This secret was stored for another upstream or address; ${AGAIN}`);
      return decrypt(key, Buffer.from(data, 'base64url'), name);
    },
    deriveKey: (purpose) => Buffer.from(hkdfSync('sha256', key, '', purpose, KEY_BYTES)),
    legacy: openLegacySecrets(folder, (bytes) => decrypt(key, bytes)),
  };
}

const AGAIN = 'enter it again.';

/** What the cipher authenticates besides the text. */
function nameOf({ upstream, provider, path, origins }: SecretPlace): Buffer {
  return Buffer.from(JSON.stringify(['dragoman/secret', VERSION, upstream, provider, path, origins]));
}

function markOf(name: Buffer): string {
  return hash('sha256', name, 'base64url').slice(0, 16);
}

function decrypt(key: Buffer, bytes: Buffer, name: Buffer = Buffer.alloc(0)): string {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
      // Otherwise a text cut short would pass with a short tag, which is easy to guess.
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(name).setAuthTag(bytes.subarray(-TAG_BYTES));
    const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch (cause) {
    const hint = 'Is DRAGOMAN_SECRET, or the secret.key in the data folder, the one it was stored with?';
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
