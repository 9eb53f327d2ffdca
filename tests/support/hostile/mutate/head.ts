import type { Dice } from '../dice.ts';
import { type Draft, type HeaderLine, type Mutation, withHeader } from '../draft.ts';
import { TEXTS } from '../evil/values.ts';

/** Values as they may stand in a header: no line ends, one byte for each character. */
function headerText(dice: Dice): string {
  const text = dice.pick([...TEXTS, 'x'.repeat(8_000), '\x80\xff\xfe', ',;=" ', 'null', '0', '-1']);
  return Buffer.from(text.replaceAll(/[\r\n\0]/g, ''), 'utf8').toString('latin1');
}

const NAMES = [
  'authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'content-type',
  'content-encoding',
  'accept',
  'accept-encoding',
  'user-agent',
  'x-request-id',
  'x-thread-id',
  'x-session-id',
  'x-dragoman-upstream',
  'x-dragoman-pass',
  'x-dragoman-thread',
  'x-dragoman-csrf',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'forwarded',
  'x-real-ip',
  'x-http-method-override',
  'x-stainless-retry-count',
  'openai-organization',
  'openai-project',
  'openai-beta',
  'anthropic-beta',
  'anthropic-version',
  'idempotency-key',
  'cookie',
  'origin',
  'referer',
  'range',
  'if-none-match',
  'if-modified-since',
  'traceparent',
  'baggage',
  'expect',
  'te',
  'trailer',
  'upgrade',
  'connection',
  'transfer-encoding',
  'content-length',
  'host',
  '__proto__',
  'constructor',
] as const;

const TYPES = [
  'text/plain',
  'text/html',
  'application/json; charset=utf-16',
  'application/json;charset="',
  'application/jsonx',
  'application/merge-patch+json',
  'multipart/form-data',
  'multipart/form-data; boundary=',
  `multipart/form-data; boundary=${'-'.repeat(71)}`,
  'multipart/form-data; boundary="a\\"b"',
  'application/x-www-form-urlencoded',
  'application/json, text/plain',
  '',
  ';',
];

const SITES: readonly HeaderLine[] = [
  ['sec-fetch-dest', 'document'],
  ['sec-fetch-dest', 'script'],
  ['sec-fetch-dest', 'iframe'],
  ['sec-fetch-site', 'cross-site'],
  ['origin', 'null'],
  ['origin', 'https://evil.example'],
  ['host', 'evil.example'],
  ['host', ''],
  ['access-control-request-method', 'DELETE'],
  ['access-control-request-private-network', 'true'],
];

function add(draft: Draft, ...lines: readonly HeaderLine[]): Draft {
  return { ...draft, headers: [...draft.headers, ...lines] };
}

function head(name: string, weight: number, apply: Mutation['apply']): Mutation {
  return { name, stage: 'head', weight, apply };
}

/** Ways to write a path, most of which name nothing. */
const PATHS: readonly ((path: string, dice: Dice) => string)[] = [
  (path) => path.toUpperCase(),
  (path) => `${path}/`,
  (path) => `/${path}`,
  (path) => path.replaceAll('/', '//'),
  (path) => `${path}/../../admin/api/v1/keys`,
  (path) => `${path}/%2e%2e/%2e%2e/admin`,
  (path) => `${path}/..;/x`,
  (path) => `${path}/%252e%252e/x`,
  (path) => `${path};a=b`,
  (path) => `${path}%00`,
  (path) => `${path}%`,
  (path) => `${path}%zz`,
  (path) => `${path}%c0%ae`,
  (path) => `${path}%ed%a0%80`,
  (path) => `${path}%0d%0ax-injected:%201`,
  (path) => `${path}#fragment`,
  (path) =>
    path.replaceAll(/[a-z]/g, (letter, at: number) =>
      at % 3 === 0 ? `%${letter.charCodeAt(0).toString(16)}` : letter,
    ),
  (path) => `http://evil.example${path}`,
  (path) => `${path}${'/a'.repeat(3_000)}`,
  (path) => path.replace(/[^/]+$/, ''),
  (path, dice) => path.replace(/[^/]+$/, () => encodeURIComponent(dice.pick(TEXTS).toWellFormed())),
  (path) => path.replaceAll('/', '\\'),
  () => '*',
  () => '/.',
];

const QUERIES = [
  'key=x',
  '%6bey=sk-wrong',
  'key[]=1',
  'model=echo&model=gpt-good',
  'model=%ed%a0%80',
  'alt=sse&alt=json',
  'alt=media',
  '__proto__[x]=1',
  'constructor=1',
  'limit=1e9',
  'limit=-1',
  'after=\x00',
  'pageToken=%00',
  'from=NaN&to=Infinity',
  'q=%22%20NEAR%20%22',
  'sort=id;drop',
  `q=${'a'.repeat(7_000)}`,
  '%',
  '&&==&',
];

function splitTarget(target: string): readonly [path: string, query: string] {
  const at = target.indexOf('?');
  return at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at)];
}

/** Changes of the request line and the headers. */
export const HEAD_MUTATIONS: readonly Mutation[] = [
  head('an odd header', 6, (draft, dice) => withHeader(draft, dice.pick(NAMES), headerText(dice))),
  head('a header twice', 2, (draft, dice) =>
    draft.headers.length > 0 ? add(draft, dice.pick(draft.headers)) : draft,
  ),
  head('no header', 2, (draft, dice) => {
    const gone = dice.below(Math.max(1, draft.headers.length));
    return { ...draft, headers: draft.headers.filter((_, at) => at !== gone) };
  }),
  head('another content type', 3, (draft, dice) => withHeader(draft, 'content-type', dice.pick(TYPES))),
  head('from another site', 2, (draft, dice) => add(draft, dice.pick(SITES))),
  head('many headers', 1, (draft, dice) =>
    add(draft, ...dice.list(dice.pick([90, 1_900, 2_500]), (at): HeaderLine => [`x-${at}`, 'y'])),
  ),
  head('large headers', 1, (draft, dice) => add(draft, ['x-large', 'y'.repeat(dice.pick([8_000, 20_000]))])),
  head('another path', 5, (draft, dice) => {
    const [path, query] = splitTarget(draft.target);
    return { ...draft, target: dice.pick(PATHS)(path, dice) + query };
  }),
  head('another query', 3, (draft, dice) => {
    const [path, query] = splitTarget(draft.target);
    return { ...draft, target: `${path}${query === '' ? '?' : `${query}&`}${dice.pick(QUERIES)}` };
  }),
  head('another method', 2, (draft, dice) => ({
    ...draft,
    method: dice.pick([
      'GET',
      'POST',
      'PUT',
      'PATCH',
      'DELETE',
      'HEAD',
      'OPTIONS',
      'TRACE',
      'BREW',
      'get',
      'QUERY',
    ]),
  })),
];
