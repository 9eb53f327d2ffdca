import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FormWatch } from './form-watch.ts';

const text = (name: string, value: string): string =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const file = (value: string): string =>
  `--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\n${value}\r\n`;

function notedOf(form: string, cuts: readonly number[]): readonly string[] {
  const noted: string[] = [];
  const bytes = Buffer.from(form);
  const [first = 0, ...others] = [...cuts.map((cut) => cut % (bytes.length + 1))].toSorted((a, b) => a - b);
  const note = (value: string): unknown => noted.push(value);
  const watch = new FormWatch({ boundary: 'b', head: bytes.subarray(0, first), longest: 256, note });
  for (const [at, from] of [first, ...others].entries())
    watch.push(bytes.subarray(from, others[at] ?? bytes.length));
  return noted;
}

const FORM = [
  ...[text('a', 'one'), file('inside'), text('b', 'é'), text('long', 'x'.repeat(300))],
  ...[file('y'.repeat(30_000)), text('c', 'file-a'), '--b--\r\n'],
].join('');

it('reports short text fields, not files and long ones', () => {
  expect(notedOf(FORM, [0])).toEqual(['one', 'é', 'file-a']);
});

it('reports only what ends behind the part that was read', () => {
  const read = FORM.indexOf('yyy') + 20_000;
  expect(notedOf(FORM, [read])).toEqual(['file-a']);
  expect(notedOf(FORM, [FORM.length])).toEqual([]);
});

it('reads pieces of any size', () => {
  const all = ['one', 'é', 'file-a'];
  const property = fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 20 }), (cuts) => {
    expect(notedOf(FORM, [0, ...cuts])).toEqual(all);
    const noted = notedOf(FORM, cuts);
    expect(noted).toEqual(all.slice(all.length - noted.length));
  });
  fc.assert(property);
});

it('refuses more fields than forms have', () => {
  expect(() => notedOf(text('a', 'x').repeat(2_000), [0])).toThrow('1,000 fields');
});
