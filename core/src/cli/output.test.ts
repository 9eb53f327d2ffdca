import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from '../../../tests/support/any-text.ts';
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
    expect(table).toEqual(['ID           MODELS', 'a            12', 'a-long-name']);
  });

  it('has its headings even without rows', () => {
    expect(formatTable(['id', 'models'], [])).toEqual(['ID  MODELS']);
  });

  it('has one line for each row, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyText, anyText), { maxLength: 5 }), (rows) => {
        const lines = formatTable(['id', 'models'], rows);
        expect(lines).toHaveLength(rows.length + 1);
        expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });
});
