import { describe, expect, it } from 'vitest';
import { bindLog } from './bound-log.ts';
import type { Log } from '@dragoman/plugin';

function lineOf(...given: readonly unknown[]): readonly [object, string] {
  const lines: [object, string][] = [];
  const take = (fields: object, message: string): void => void lines.push([fields, message]);
  const log: Log = { debug: take, info: take, warn: take, error: take };
  const { warn } = bindLog(log, { plugin: 'p' }) as unknown as Record<
    'warn',
    (...all: readonly unknown[]) => void
  >;
  warn(...given);
  expect(lines).toHaveLength(1);
  return lines[0] as [object, string];
}

const failure = new Error('broken');
const unreadable = {
  get field(): never {
    throw new Error('not readable');
  },
};

describe('what a plugin logs', () => {
  it.each<readonly [string, readonly unknown[], object, string]>([
    ['fields and a message', [{ a: 1 }, 'Told.'], { a: 1 }, 'Told.'],
    ['fields of the gateway', [{ plugin: 'other' }, 'Told.'], {}, 'Told.'],
    ['a text alone', ['Told.'], {}, 'Told.'],
    ['a text instead of fields', ['value', 'Told.'], { value: 'value' }, 'Told.'],
    ['an error instead of fields', [failure, 'Told.'], { error: failure }, 'Told.'],
    ['an error alone', [failure], { error: failure }, ''],
    ['an error as the message', [{}, failure], {}, 'Error: broken'],
    ['bytes', [Buffer.alloc(1_000_000), 'Told.'], { value: '1000000 bytes' }, 'Told.'],
    ['a list', [[1, 2], 'Told.'], { value: [1, 2] }, 'Told.'],
    ['nothing', [], {}, ''],
    ['nothing as fields', [null, 'Told.'], {}, 'Told.'],
    ['a symbol as the message', [{}, Symbol('s')], {}, 'a value of type symbol instead of a message'],
    ['an object as the message', [{}, unreadable], {}, 'a value of type object instead of a message'],
    [
      'fields that throw',
      [unreadable, 'Told.'],
      { reason: 'The fields cannot be logged: Error: not readable' },
      'Told.',
    ],
  ])('is one line that can be read: %s', (_, given, fields, message) => {
    expect(lineOf(...given)).toEqual([{ ...fields, plugin: 'p' }, message]);
  });

  it('is not spread where it is a long text', () => {
    expect(lineOf('x'.repeat(1_000_000))[0]).toEqual({ plugin: 'p' });
  });
});
