import { describe, expect, it } from 'vitest';
import { en } from '../../console/messages/en.ts';
import { zhCN } from '../../console/messages/zh-cn.ts';

type Tree = { readonly [name: string]: string | Tree };

function flatten(tree: Tree, prefix = ''): readonly (readonly [string, string])[] {
  return Object.entries(tree).flatMap(([name, value]) =>
    typeof value === 'string' ? [[prefix + name, value] as const] : flatten(value, `${prefix}${name}.`),
  );
}

/** The names of what is put into a message, and of its marks. */
const slots = (text: string): readonly string[] =>
  [...text.replaceAll(/'[^']*'/g, '').matchAll(/\{(\w+)|<(\w+)>/g)]
    .map(([, slot, mark]) => slot ?? mark ?? '')
    .toSorted();

describe('the catalogues of the console', () => {
  const english = flatten(en);
  const chinese = new Map(flatten(zhCN));

  it('have the same messages', () => {
    expect([...chinese.keys()].toSorted()).toEqual(english.map(([name]) => name).toSorted());
  });

  it('put the same things into them', () => {
    const different = english.filter(([name, text]) => {
      const used = new Set(slots(chinese.get(name) ?? ''));
      return [...used].some((slot) => !slots(text).includes(slot));
    });
    expect(different).toEqual([]);
  });

  it('are translated', () => {
    const same = english.filter(([name, text]) => chinese.get(name) === text && /[a-z]{4,}/.test(text));
    expect(same.map(([name]) => name)).toEqual([]);
  });
});
