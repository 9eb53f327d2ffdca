import { describe, expect, it } from 'vitest';
import { KnownSecrets, UpstreamSecrets } from './known-secrets.ts';

const own = { values: ['a-key-of-options'], headers: ['x-proxy'] };

describe('the secrets of an upstream', () => {
  it('are those of its options, and what its provider learns, longest first', () => {
    const known = new KnownSecrets();
    const secrets = new UpstreamSecrets(own, known);
    expect(known.all).toEqual(own);
    secrets.learn('Bearer a-token-of-a-login');
    expect(secrets.values).toEqual(
      [
        'Bearer a-token-of-a-login',
        'Bearer%20a-token-of-a-login',
        'a-token-of-a-login',
        'a-key-of-options',
      ].toSorted((one, other) => other.length - one.length),
    );
    expect(known.all.values).toEqual(secrets.values);
    expect(known.all.headers).toEqual(['x-proxy']);
  });

  it('do not change when nothing new is learnt, or something too short', () => {
    const known = new KnownSecrets();
    const secrets = new UpstreamSecrets(own, known);
    secrets.learn('a-token-of-a-login');
    const before = known.all;
    for (const text of ['a-token-of-a-login', 'a-key-of-options', 'short', '']) secrets.learn(text);
    expect(known.all).toBe(before);
  });

  it('keep the latest of many, and always those of the options', () => {
    const known = new KnownSecrets();
    const secrets = new UpstreamSecrets(own, known);
    for (let turn = 0; turn < 5_000; turn += 1) secrets.learn(`token-number-${turn}`);
    expect(secrets.values).toHaveLength(101);
    expect(secrets.values).toEqual(expect.arrayContaining(['token-number-4999', 'a-key-of-options']));
    expect(known.all.values).toHaveLength(2_001);
    expect(known.all.values).toContain('a-key-of-options');
    expect(known.all.values).not.toContain('token-number-1');
  });
});
