import { createCipheriv, randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A secret as version 1 sealed it, with the key file of a data folder. */
export async function sealLegacy(folder: string, value: unknown): Promise<string> {
  const key = Buffer.from(await readFile(join(folder, 'secret.key'), 'utf8'), 'base64');
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const sealed = Buffer.concat([
    nonce,
    cipher.update(JSON.stringify(value), 'utf8'),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  return `v1.${sealed.toString('base64url')}`;
}

export interface StateFile {
  version: number;
  upstreams: { id: string; provider: string; options: Record<string, unknown> }[];
}

/** Edits the state of a data folder that no gateway uses. */
export async function editState(folder: string, edit: (state: StateFile) => unknown): Promise<void> {
  const file = join(folder, 'state.json');
  const state = JSON.parse(await readFile(file, 'utf8')) as StateFile;
  await edit(state);
  await writeFile(file, JSON.stringify(state));
}

/** Makes the state of a data folder one of version 1, with the secrets given by upstream, as option `apiKey`. */
export async function makeLegacy(folder: string, keys: Readonly<Record<string, string>>): Promise<void> {
  await rm(join(folder, 'secrets.version'), { force: true });
  await editState(folder, async (state) => {
    state.version = 1;
    for (const upstream of state.upstreams) {
      const key = keys[upstream.id];
      if (key !== undefined) upstream.options['apiKey'] = { $sealed: await sealLegacy(folder, key) };
    }
  });
}
