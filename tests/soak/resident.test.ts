import { describe, expect, it } from 'vitest';
import { sortMappings } from './resident.ts';

const mapping = (range: string, path: string, rss: number): string =>
  `${range} rw-p 00000000 00:00 0 ${path}\nSize: 1 kB\nRss:   ${rss} kB\nPss: 7 kB\nVmFlags: rd wr\n`;

describe('the resident memory of a process', () => {
  it('is told by what it is for', () => {
    const smaps = [
      mapping('00400000-00500000', '/usr/bin/node', 100),
      mapping('10000000-20000000', '[heap]', 20),
      mapping('7f0000000000-7f0000100000', '', 3),
      // The arena of a thread: its used part, and the rest of its region.
      mapping('7f1000000000-7f1001000000', '', 4000),
      mapping('7f1001000000-7f1004000000', '', 0),
      mapping('7ffc00000000-7ffc00021000', '[stack]', 5),
    ].join('');
    expect(sortMappings(smaps)).toEqual({
      mainArena: 20 * 1024,
      arenas: 4000 * 1024,
      anonymous: 8 * 1024,
      files: 100 * 1024,
    });
  });
});
