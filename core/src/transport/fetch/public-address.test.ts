import { describe, expect, it } from 'vitest';
import { publicOrIn } from './public-address.ts';

const isPublic = publicOrIn([]);

describe('an address of the public internet', () => {
  it.each(['1.1.1.1', '93.184.216.34', '2606:4700:4700::1111', '::ffff:8.8.8.8'])('is %s', (address) => {
    expect(isPublic(address)).toBe(true);
  });

  it.each([
    ...['127.0.0.1', '127.8.8.8', '0.0.0.0', '10.0.0.1', '172.16.0.1', '192.168.1.1', '169.254.169.254'],
    ...['100.64.0.1', '224.0.0.1', '255.255.255.255', '192.0.2.1', '198.18.0.1', '240.0.0.1'],
    ...['::1', '::', 'fe80::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '2001:db8::1'],
    // IPv4 in the clothes of IPv6.
    ...['::ffff:127.0.0.1', '::ffff:a9fe:a9fe', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:0:7f00:1::'],
    ...['::7f00:1', '::a00:1', '::8.8.8.8', '::ffff:0:7f00:1', '::ffff:0:808:808'],
    ...['64:ff9b::a9fe:a9fe', '64:ff9b:1::7f00:1', '64:ff9b:1:ffff::a00:1', '2002:a9fe:a9fe::1'],
    // Metadata services of clouds.
    ...['168.63.129.16', '::ffff:168.63.129.16', '100.100.100.200', '192.0.0.192', 'fd20:ce::254'],
    // Special blocks.
    ...['0.1.2.3', '192.0.0.8', '192.88.99.1', '198.19.255.255', '198.51.100.1', '203.0.113.1', '255.0.0.1'],
    ...['fec0::1', 'fdff::1', 'ff0e::1', '100::1', '100:0:0:1::1', '2001::1', '2001:2::1', '2001:20::1'],
    ...['3fff::1', '4000::1', '5f00::1', '8000::1', '1::1'],
    ...['', 'localhost', '1.2.3', 'fe80::1%eth0'],
  ])('is not %j', (address) => {
    expect(isPublic(address)).toBe(false);
  });

  it('may be one of a network that is allowed', () => {
    const mayConnect = publicOrIn(['10.1.0.0/16', '::1/128']);
    expect(
      ['10.1.2.3', '::ffff:10.1.2.3', '::1', '10.2.0.1', '127.0.0.1', 'fe80::1'].map(mayConnect),
    ).toEqual([...[true, true, true], ...[false, false, false]]);
  });
});
