import { describe, expect, it } from 'vitest';
import { createNetworkMatcher } from './networks.ts';

describe('a matcher of networks', () => {
  const matches = createNetworkMatcher(['10.1.0.0/16', '192.0.2.7', '2001:db8::/32', '::1', 'fe80::/10']);

  it.each([
    '10.1.255.255',
    '::ffff:10.1.0.1',
    '192.0.2.7',
    '::ffff:192.0.2.7',
    '2001:db8:ffff::1',
    '::1',
    'fe80::1%eth0',
  ])('takes %s', (address) => {
    expect(matches(address)).toBe(true);
  });

  it.each([
    '10.2.0.0',
    '192.0.2.8',
    '::192.0.2.7',
    '2001:db9::1',
    '::2',
    '',
    'localhost',
    '10.1',
    '10.1.0.0/16',
  ])('does not take %j', (address) => {
    expect(matches(address)).toBe(false);
  });
});
