import { describe, expect, it } from 'vitest';
import { formatTable } from './output.ts';

describe('formatTable', () => {
  it('aligns its columns and leaves no space at the ends', () => {
    const table = formatTable(
      ['id', 'models'],
      [
        ['a', '12'],
        ['a-long-name', ''],
      ],
    );
    expect(table.split('\n')).toEqual(['ID           MODELS', 'a            12', 'a-long-name']);
  });

  it('has its headings even without rows', () => {
    expect(formatTable(['id', 'models'], [])).toBe('ID  MODELS');
  });
});
