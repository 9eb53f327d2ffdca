import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSecretBox, type SecretPlace } from './secrets.ts';

const PLACE: SecretPlace = {
  upstream: 'one',
  provider: 'test',
  path: ['apiKey'],
  origins: ['https://a.test'],
};

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
        expect(box.open(box.seal(text, PLACE), PLACE)).toBe(text);
      }),
    );
  });

  it('seals a text differently each time and never shows it', async () => {
    const box = await openSecretBox({ folder });
    const [first, second] = [box.seal('sk-upstream', PLACE), box.seal('sk-upstream', PLACE)];
    expect(first).not.toBe(second);
    expect(first + Buffer.from(dataOf(first), 'base64url').toString('latin1')).not.toContain('sk-upstream');
  });

  it('makes a key file for its owner only, and uses it again', async () => {
    const sealed = (await openSecretBox({ folder })).seal('a', PLACE);
    const file = join(folder, 'secret.key');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await openSecretBox({ folder })).open(sealed, PLACE)).toBe('a');
    expect(await readdir(folder)).toEqual(['secret.key']);
  });

  it('agrees on one key when opened twice at once', async () => {
    const [one, other] = await Promise.all([openSecretBox({ folder }), openSecretBox({ folder })]);
    expect(other.open(one.seal('a', PLACE), PLACE)).toBe('a');
  });

  it('makes no key file when a secret is configured', async () => {
    const secret = 'a long enough secret';
    const sealed = (await openSecretBox({ folder, secret })).seal('a', PLACE);
    expect(await readdir(folder)).toEqual([]);
    expect((await openSecretBox({ folder, secret })).open(sealed, PLACE)).toBe('a');
  });

  it('says what to look at when the key is another one', async () => {
    const sealed = (await openSecretBox({ folder, secret: 'the secret of yesterday' })).seal('a', PLACE);
    const box = await openSecretBox({ folder, secret: 'the secret of today' });
    expect(() => box.open(sealed, PLACE)).toThrow(/cannot be decrypted.*DRAGOMAN_SECRET.*secret\.key/);
  });

  it('refuses what was altered, cut or never sealed', async () => {
    const box = await openSecretBox({ folder });
    const sealed = box.seal('text', PLACE);
    const bytes = Buffer.from(dataOf(sealed), 'base64url');
    const start = sealed.slice(0, -dataOf(sealed).length);
    for (let at = 0; at < bytes.length; at += 1) {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] ?? 0) ^ 1;
      for (const bad of [altered, bytes.subarray(0, at)])
        expect(() => box.open(start + bad.toString('base64url'), PLACE)).toThrow('cannot be decrypted');
    }
    expect(() => box.open('v3.abc', PLACE)).toThrow('unknown format');
    expect(() => box.open('plain', PLACE)).toThrow('unknown format');
  });

  const OTHERS: readonly [string, SecretPlace][] = [
    ['upstream', { ...PLACE, upstream: 'two' }],
    ['provider', { ...PLACE, provider: 'other' }],
    ['option', { ...PLACE, path: ['headers'] }],
    ['place in a list', { ...PLACE, path: ['apiKey', 0] }],
    ['host', { ...PLACE, origins: ['https://b.test'] }],
    ['scheme', { ...PLACE, origins: ['http://a.test'] }],
    ['further address', { ...PLACE, origins: ['https://a.test', 'https://b.test'] }],
  ];

  it.each(OTHERS)('opens nothing at another %s, whatever the text says of itself', async (_, other) => {
    const box = await openSecretBox({ folder });
    const sealed = box.seal('text', PLACE);
    expect(() => box.open(sealed, other)).toThrow('was stored for another upstream or URL; enter it again');
    const [, mark] = box.seal('', other).split('.');
    expect(() => box.open(`v2.${mark}.${dataOf(sealed)}`, other)).toThrow('cannot be decrypted');
  });

  it.each(['', 'short', 'x'.repeat(100)])('does not replace a key file that is no key: %j', async (text) => {
    const file = join(folder, 'secret.key');
    await writeFile(file, text);
    await expect(openSecretBox({ folder })).rejects.toThrow('is not a key of 32 bytes');
    expect(await readFile(file, 'utf8')).toBe(text);
  });
});

function dataOf(sealed: string): string {
  return sealed.split('.')[2] ?? '';
}
