import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listFiles, readText, root } from './workspace.ts';

const codeBlocks = (text: string): readonly string[] => text.match(/^```[\s\S]*?^```/gm) ?? [];
const headings = (text: string): readonly number[] =>
  [...text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^(#+) /gm)].map(([, marks = '']) => marks.length);

describe('the READMEs', () => {
  const english = readText('README.md');
  const chinese = readText('README.zh-CN.md');

  it('have the same chapters in both languages', () => {
    expect(headings(english).length).toBeGreaterThan(3);
    expect(headings(chinese)).toEqual(headings(english));
  });

  it('show the same code in both languages', () => {
    expect(codeBlocks(english).length).toBeGreaterThan(3);
    expect(codeBlocks(chinese)).toEqual(codeBlocks(english));
  });

  it('have tables of the same size in both languages', () => {
    const rows = (text: string): number => text.match(/^\|/gm)?.length ?? 0;
    expect(rows(chinese)).toBe(rows(english));
  });
});

const documents = listFiles('.').filter((path) => path.endsWith('.md'));

it.each(documents)('%s links only to files that are there', (path) => {
  const prose = readText(path).replaceAll(/^```[\s\S]*?^```/gm, '');
  const links = [...prose.matchAll(/(?:\]\(|src="|srcset="|href=")([^)"#\s]+)/g)].map(
    ([, link = '']) => link,
  );
  const local = links.filter((link) => !/^[a-z]+:/.test(link));
  expect(local.filter((link) => !existsSync(join(root, dirname(path), link)))).toEqual([]);
});

/** What GitHub calls the chapters of a document in links. */
function chaptersOf(path: string): readonly string[] {
  const prose = readText(path).replaceAll(/^```[\s\S]*?^```/gm, '');
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

it.each(documents)('%s links only to chapters that are there', (path) => {
  const prose = readText(path).replaceAll(/^```[\s\S]*?^```/gm, '');
  const links = [...prose.matchAll(/\]\(([^)#\s:]*)#([^)\s]+)\)/g)];
  const broken = links.filter(([, file = '', chapter = '']) => {
    const target = file === '' ? path : join(dirname(path), file);
    return target.endsWith('.md') && !chaptersOf(target).includes(chapter);
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});
