import { describe, expect, it } from 'vitest';
import { messageOf } from '../support/hostile/draft.ts';
import { build, generate, MAKERS } from '../support/hostile/generate.ts';
import { Dice } from '../support/hostile/dice.ts';
import { put, raw, serialise, type Tree } from '../support/hostile/json-tree.ts';
import type { Surface } from '../support/hostile/surface.ts';
import { readResponses } from '../fuzz/read-response.ts';

const surface: Surface = {
  keys: { full: 'k1', scoped: 'k2', limited: 'k3', remembering: 'k4', expired: 'k5' },
  ...{ adminToken: 'a', cookie: 'c=1', consoleFiles: ['console/index.html'] },
  ids: { key: ['i'], upstream: ['u'], alias: ['n'], trace: ['t'], response: ['r'] },
  admin: {
    paths: {
      '/keys/{id}': {
        patch: {
          operationId: 'x',
          requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Name' } } } },
        },
      },
    },
    components: {
      schemas: { Name: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } },
    },
  },
};

const made = (seed: string, number: number): Buffer => messageOf(build(generate(seed, number, surface)));

describe('hostile requests', () => {
  it('are the same for the same seed and number, whatever was made before', () => {
    const row = Array.from({ length: 200 }, (_, number) => made('s', number));
    for (const [number, message] of row.toReversed().entries()) {
      expect(made('s', 199 - number).equals(message)).toBe(true);
    }
  });

  it('are others for another seed or number', () => {
    const all = ['s', 't'].flatMap((seed) =>
      Array.from({ length: 100 }, (_, at) => made(seed, at).toString('latin1')),
    );
    expect(new Set(all).size).toBeGreaterThan(190);
  });

  it('come from every maker, and by every mutation', () => {
    const requests = Array.from({ length: 5_000 }, (_, number) => generate('all', number, surface));
    const routes = new Set(requests.map(({ base }) => base.route));
    const names = new Set(requests.flatMap(({ chosen }) => chosen.map(({ mutation }) => mutation.name)));
    expect(routes.size).toBeGreaterThanOrEqual(MAKERS.length);
    expect(names.size).toBeGreaterThan(40);
  });

  it('keep what a mutation does when others are left out', () => {
    const request = Array.from({ length: 500 }, (_, number) => generate('keep', number, surface)).find(
      ({ chosen }) => chosen.length === 3,
    );
    expect(request).toBeDefined();
    if (!request) return;
    const last = request.chosen.slice(2);
    expect(messageOf(build({ ...request, chosen: last }))).toEqual(
      messageOf(build({ ...request, chosen: last })),
    );
  });

  it('write what JSON cannot say', () => {
    const tree: Tree = { a: raw('1e400'), [raw('"b":1,"b"')]: 2, c: '\ud800' };
    put({ parent: tree, key: '__proto__' }, { x: 1 });
    expect(serialise(tree)).toBe('{"a":1e400,"b":1,"b":2,"c":"\\ud800","__proto__":{"x":1}}');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

describe('dice', () => {
  it('fall evenly', () => {
    const dice = new Dice('even');
    const counts = [0, 0, 0, 0, 0, 0];
    for (let throws = 0; throws < 6_000; throws += 1)
      counts[dice.below(6)] = (counts[dice.below(6)] ?? 0) + 1;
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1_200);
  });
});

describe('the reader of responses', () => {
  const read = (text: string, methods: readonly string[] = ['GET']) =>
    readResponses(Buffer.from(text, 'latin1'), methods);

  it('reads lengths, chunks and bodies that end with the connection', () => {
    const first = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab';
    const second = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\ncd\r\n0\r\n\r\n';
    const third = 'HTTP/1.1 200 OK\r\n\r\nef';
    const all = read(first + second + third, ['GET', 'GET', 'GET']);
    expect(all.map(({ body, isWhole, flaw }) => [body.toString(), isWhole, flaw])).toEqual([
      ['ab', true, undefined],
      ['cd', true, undefined],
      ['ef', true, undefined],
    ]);
  });

  it.each([
    ['a line end in a header', 'HTTP/1.1 200 OK\r\nx-a: b\nc\r\n\r\n'],
    ['a header without a name', 'HTTP/1.1 200 OK\r\n: b\r\n\r\n'],
    ['no status', 'HTTP/1.1 OK\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\na'],
    ['a wrong chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxy\r\n'],
    ['no head', 'nonsense'],
  ])('finds %s', (_, text) => {
    expect(read(text)[0]?.flaw).toBeDefined();
  });

  it('tells a body that ends too early', () => {
    expect(read('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab')[0]?.isWhole).toBe(false);
    expect(read('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nab')[0]?.isWhole).toBe(false);
  });
});
