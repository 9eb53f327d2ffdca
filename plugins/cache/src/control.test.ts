import { describe, expect, it } from 'vitest';
import { parseControl, readControl } from './control.ts';

const NONE = { isFresh: false, isOff: false };

describe('the control header', () => {
  it.each([
    [undefined, NONE],
    ['no-cache', { ...NONE, isFresh: true }],
    ['no-store', { ...NONE, isOff: true }],
    ['ttl=60', { ...NONE, ttlSeconds: 60 }],
    [' No-Cache , TTL=5', { isFresh: true, isOff: false, ttlSeconds: 5 }],
  ])('%j is understood', (header, control) => {
    expect(parseControl(header)).toEqual(control);
  });

  it.each([
    '',
    'max-age=60',
    'ttl',
    'ttl=0',
    'ttl=-1',
    'ttl=1.5',
    'ttl=1e3',
    'ttl=9999999999',
    'no-cache;ttl=5',
  ])('%j is refused', (header) => {
    expect(parseControl(header)).toBeUndefined();
    expect(() => readControl(header)).toThrow('x-dragoman-cache-control must be a list of');
  });
});
