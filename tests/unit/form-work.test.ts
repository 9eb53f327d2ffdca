import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readRelayBody } from '../../core/src/http/endpoints/relay/relay-body.ts';
import { ModelNames, namesModel } from '../../core/src/catalogue/model-names.ts';
import { findPlaced, placesOf } from '../../packages/plugin/src/transport/json/json-places.ts';
import { replaceModel, replaceSpans } from '../../packages/plugin/src/transport/json/span-edit.ts';
import { growth, SUPERLINEAR } from '../support/cpu-time.ts';
import { createIntake } from '../support/intake.ts';

const MIB = 1024 * 1024;
const FORM = 'multipart/form-data; boundary=b';
const URLENCODED = 'application/x-www-form-urlencoded';
const part = (headers: string): string => `--b\r\ncontent-disposition: form-data; ${headers}\r\n\r\nx\r\n`;

/** Bodies of `n` pieces. */
const BODIES: readonly (readonly [string, string, number, (n: number) => string])[] = [
  ['names', URLENCODED, 32 * 1024, (n) => 'a&'.repeat(n)],
  ['names between semicolons', URLENCODED, 32 * 1024, (n) => 'a;'.repeat(n)],
  ['names within the limit', URLENCODED, MIB, (n) => `${'a_'.repeat(n / 900)}&`.repeat(900)],
  ['parts of a name', URLENCODED, MIB, (n) => `${'a.'.repeat(n)}=1`],
  ['underscores in a name', URLENCODED, MIB, (n) => `model${'_'.repeat(n)}x=1`],
  ['spaces in a name', URLENCODED, MIB, (n) => `.${'+'.repeat(n)}x=1`],
  ['fields', FORM, 8 * 1024, (n) => `${part('name="x"').repeat(n)}--b--\r\n`],
  ['parts of a name', FORM, MIB, (n) => `${part(`name="${'a.'.repeat(n)}"`)}--b--\r\n`],
  ['lines of headers', FORM, MIB, (n) => `${part(`name="x"${'\r\na'.repeat(n)}`)}--b--\r\n`],
  ['twins of the model', 'application/json', 64 * 1024, (n) => `{"a":1${',"model":"m"'.repeat(n)}}`],
];

const places = placesOf(['model']);

describe('the body of a relayed request', () => {
  it.each(BODIES)(
    'of many %s (%s) is read, or refused, in time that grows with it',
    async (_, type, n, make) => {
      const ratio = await growth(n, (count) => {
        const bytes = Buffer.from(make(count));
        const headers = { 'content-type': type, 'content-length': String(bytes.length) };
        return () => {
          const request = Object.assign(Readable.from([bytes]), { headers, method: 'POST' });
          const input = { intake: createIntake(32 * MIB), isScoped: true, places };
          return readRelayBody(request as unknown as IncomingMessage, input).catch(() => {});
        };
      });
      expect(ratio).toBeLessThan(SUPERLINEAR);
    },
  );

  it('has many other names replaced in time that grows with it', async () => {
    const ratio = await growth(16 * 1024, (n) => {
      const edits = Array.from({ length: n }, (_, at) => ({ start: 4 * at, end: 4 * at + 2, text: 'other' }));
      const bytes = Buffer.alloc(4 * n, 'x');
      return () => replaceSpans(bytes, edits);
    });
    expect(ratio).toBeLessThan(SUPERLINEAR);
  });

  it('has as many twins of its model replaced as are read', () => {
    const bytes = Buffer.from(`{"a":1${',"model":"m"'.repeat(1_000)}}`);
    const named = { bytes, mentions: findPlaced(bytes, places), encode: JSON.stringify };
    expect(new ModelNames({ model: 'm', query: '', body: named })).toBeDefined();
    expect(
      Buffer.from(replaceModel(bytes, 'other'))
        .toString()
        .match(/"other"/g),
    ).toHaveLength(1_000);
  });
});

describe('a field', () => {
  it.each([
    ['model', true],
    ['Models', true],
    ['MO_DEL-', true],
    ['model\u017f', true],
    ['model[]', true],
    ['request[ model ]', true],
    ['a.model.b', true],
    ['model_name', false],
    ['remodel', false],
    ['a model', false],
    ['', false],
  ])('%j names a model: %s', (name, expected) => expect(namesModel(name)).toBe(expected));
});
