import type { Dice } from '../dice.ts';
import type { Draft, HeaderLine } from '../draft.ts';
import type { Tree } from '../json-tree.ts';
import type { AdminOperation, Surface } from '../surface.ts';
import { sampleOf } from './from-schema.ts';

const BASE = '/admin/api/v1';
const CSRF: HeaderLine = ['x-dragoman-csrf', '1'];

/** Ways to be let in, and ways that must not be enough. Wrong tokens are rare: they are guesses, which are limited. */
const WHO: readonly (readonly [weight: number, who: (surface: Surface) => readonly HeaderLine[]])[] = [
  [20, ({ adminToken }) => [['authorization', `Bearer ${adminToken}`]]],
  [20, ({ cookie }) => [['cookie', cookie], CSRF]],
  [3, ({ cookie }) => [['cookie', cookie]]],
  [
    3,
    ({ cookie }) => [
      ['cookie', cookie],
      CSRF,
      ['origin', 'https://evil.example'],
      ['sec-fetch-site', 'cross-site'],
    ],
  ],
  [3, () => []],
  [1, ({ keys }) => [['authorization', `Bearer ${keys.full}`]]],
  [2, () => [['cookie', 'dragoman_session=AAAAAAAAAAAAAAAAAAAAAA; dragoman_session=x'], CSRF]],
];

/** Every operation of the OpenAPI document, with the bodies and parameters that it describes. */
export function admin(dice: Dice, surface: Surface): Draft {
  const { document, operations } = { document: surface.admin, operations: operationsOf(surface) };
  const { path, method, operation } = dice.pick(operations);
  const { schemas } = document.components;
  const target = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => idFor(path, name, { dice, surface }));
  const query = (operation.parameters ?? [])
    .filter((parameter) => parameter.in === 'query' && dice.chance(0.4))
    .map(({ name, schema }) => `${name}=${encodeURIComponent(plain(sampleOf(schema, dice, schemas)))}`);
  const schema = operation.requestBody?.content['application/json'].schema;
  const body = schema && bodyFor(path, sampleOf(schema, dice, schemas), { dice, surface });
  return {
    route: `${method} ${path}`,
    speaker: 'admin',
    method,
    target: `${BASE}${target}${query.length > 0 ? `?${query.join('&')}` : ''}`,
    headers: [...dice.pickWeighted(WHO)(surface), ...(body === undefined ? [] : [JSON_TYPE])],
    body: body === undefined ? undefined : { json: body },
    // It tells what happens for as long as somebody listens.
    ...(path.endsWith('/tail') && { wire: { leavesAfter: 1 } }),
  };
}

const JSON_TYPE: HeaderLine = ['content-type', 'application/json'];

interface Listed {
  readonly path: string;
  readonly method: string;
  readonly operation: AdminOperation;
}

function operationsOf({ admin: { paths } }: Surface): readonly Listed[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
}

interface Source {
  readonly dice: Dice;
  readonly surface: Surface;
}

function idFor(path: string, name: string, { dice, surface: { ids } }: Source): string {
  const known: readonly (readonly [part: string, list: readonly string[]])[] = [
    ['/keys', ids.key],
    ['/upstreams', ids.upstream],
    ['/aliases', ids.alias],
    ['/traces', ids.trace],
  ];
  const list = known.find(([part]) => path.startsWith(part))?.[1] ?? [name];
  return encodeURIComponent(dice.chance(0.15) ? 'nothing-of-that-name' : dice.pick(list));
}

/** Bodies that the schema alone would not get right: options depend on the provider, names must be known. */
function bodyFor(path: string, sample: Tree, { dice, surface }: Source): Tree {
  if (typeof sample !== 'object' || sample === null || Array.isArray(sample)) return sample;
  if (path === '/upstreams') return upstream(sample, dice, surface);
  if (path === '/upstreams/test') return { upstream: upstream({}, dice, surface) };
  if (path === '/aliases') {
    return {
      ...sample,
      name: dice.pick(surface.ids.alias),
      candidates: [{ model: dice.pick(['echo', ...surface.ids.alias]) }],
      fallbacks: { default: [dice.pick(surface.ids.alias)] },
    };
  }
  return sample;
}

function upstream(sample: { [key: string]: Tree }, dice: Dice, { ids }: Surface): { [key: string]: Tree } {
  const provider = dice.pick(['openai', 'anthropic', 'gemini', 'echo']);
  const baseUrl = dice.pick(['http://127.0.0.1:9/v1', 'http://[::1]:9', 'https://upstream.invalid/v1']);
  return {
    ...sample,
    id: dice.pick(ids.upstream),
    provider,
    models: { list: ['fuzzed'] },
    timeouts: { connectMs: 200, headersMs: 500 },
    options: provider === 'echo' ? { delayMs: 0 } : { baseUrl, apiKey: 'sk-of-the-fuzzer' },
  };
}

function plain(value: Tree): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
