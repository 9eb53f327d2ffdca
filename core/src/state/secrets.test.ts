import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSecretBox } from './secrets.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-secrets-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('openSecretBox', () => {
  it('opens what it sealed', async () => {
    const box = await openSecretBox({ folder });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(box.open(box.seal(text))).toBe(text);
      }),
    );
  });

  it('seals a text differently each time and never shows it', async () => {
    const box = await openSecretBox({ folder });
    const [first, second] = [box.seal('sk-upstream'), box.seal('sk-upstream')];
    expect(first).not.toBe(second);
    expect(first + Buffer.from(first.slice(3), 'base64url').toString('latin1')).not.toContain('sk-upstream');
  });

  it('makes a key file for its owner only, and uses it again', async () => {
    const sealed = (await openSecretBox({ folder })).seal('a');
    const file = join(folder, 'secret.key');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await openSecretBox({ folder })).open(sealed)).toBe('a');
    expect(await readdir(folder)).toEqual(['secret.key']);
  });

  it('agrees on one key when opened twice at once', async () => {
    const [one, other] = await Promise.all([openSecretBox({ folder }), openSecretBox({ folder })]);
    expect(other.open(one.seal('a'))).toBe('a');
  });

  it('makes no key file when a secret is configured', async () => {
    const secret = 'a long enough secret';
    const sealed = (await openSecretBox({ folder, secret })).seal('a');
    expect(await readdir(folder)).toEqual([]);
    expect((await openSecretBox({ folder, secret })).open(sealed)).toBe('a');
  });

  it('says what to look at when the key is another one', async () => {
    const sealed = (await openSecretBox({ folder, secret: 'the secret of yesterday' })).seal('a');
    const box = await openSecretBox({ folder, secret: 'the secret of today' });
    expect(() => box.open(sealed)).toThrow(/cannot be decrypted.*DRAGOMAN_SECRET.*secret\.key/);
  });

  it('refuses what was altered, cut or never sealed', async () => {
    const box = await openSecretBox({ folder });
    const bytes = Buffer.from(box.seal('text').slice(3), 'base64url');
    for (let at = 0; at < bytes.length; at += 1) {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] ?? 0) ^ 1;
      expect(() => box.open(`v1.${altered.toString('base64url')}`)).toThrow('cannot be decrypted');
      expect(() => box.open(`v1.${bytes.subarray(0, at).toString('base64url')}`)).toThrow(
        'cannot be decrypted',
      );
    }
    expect(() => box.open('v2.abc')).toThrow('unknown format');
    expect(() => box.open('plain')).toThrow('unknown format');
  });

  it.each(['', 'short', 'x'.repeat(100)])('does not replace a key file that is no key: %j', async (text) => {
    const file = join(folder, 'secret.key');
    await writeFile(file, text);
    await expect(openSecretBox({ folder })).rejects.toThrow('is not a key of 32 bytes');
    expect(await readFile(file, 'utf8')).toBe(text);
  });
});
