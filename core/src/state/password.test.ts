import { describe, expect, it } from 'vitest';
import { hashPassword, verifyPassword } from './password.ts';

const stored = await hashPassword('correct horse é');

describe('hashPassword', () => {
  it('stores how it was made, a salt and a hash, and not the password', () => {
    expect(stored).toMatch(/^scrypt\$131072\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
  });

  it('uses a new salt each time', async () => {
    expect(await hashPassword('correct horse é')).not.toBe(stored);
  });
});

describe('verifyPassword', () => {
  it('knows the password, however the keyboard composed it', async () => {
    expect(await verifyPassword('correct horse e\u0301', stored)).toBe(true);
  });

  it('refuses another password', async () => {
    expect(await verifyPassword('correct horse e', stored)).toBe(false);
  });

  it('verifies with the cost that the hash names', async () => {
    // Made by OpenSSL: kdf -keylen 32 -kdfopt pass:pw -kdfopt salt:0123456789abcdef -kdfopt n:1024 -kdfopt r:8 -kdfopt p:1
    const salt = Buffer.from('0123456789abcdef').toString('base64url');
    const hash = 'aMVTuQEI-jkaGyQcKvYHZwvQAIPq1C1TACYLFE9oZeo';
    expect(await verifyPassword('pw', `scrypt$1024$8$1$${salt}$${hash}`)).toBe(true);
  });

  it.each(['', 'plain', 'scrypt$1$2', 'argon2$131072$8$1$c2FsdA$aGFzaA', `${stored}$`])(
    'takes %j for no hash',
    async (text) => {
      expect(await verifyPassword('correct horse é', text)).toBe(false);
    },
  );
});
