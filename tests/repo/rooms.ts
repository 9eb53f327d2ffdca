/**
 * The rooms of `core/src`, from the top floor down. A file imports only from its own room and from those below it,
 * types included. A folder that is not listed belongs to the room of the folder that holds it.
 */
export const ROOMS: readonly string[] = [
  'cli',
  // The gateway's life: the files of `core/src` itself.
  '',
  'composition',
  'http/metrics',
  'http',
  'http/admin',
  'http/endpoints',
  'http/recording',
  'http/bodies',
  'http/access',
  'http/base',
  'serving',
  'routing',
  'catalogue',
  'metrics',
  'upstreams',
  'metering',
  'limits',
  'audit',
  'conversations',
  'trace',
  'state',
  'log',
  'config',
  'http-provider',
  'plugin',
  'codec',
  'transport',
  'validation',
  'timing',
  'text',
  'canonical',
];

/** What authors of plugins and configurations import stands above no room and below none. */
const ENTRY = 'core/src/index.ts';

/** The room of a file of core, by its path from the root. `undefined` for a file that has none. */
export function roomOf(path: string): string | undefined {
  if (!path.startsWith('core/src/') || path === ENTRY) return undefined;
  const folder = path.slice('core/src/'.length).split('/').slice(0, -1).join('/');
  const above = ROOMS.filter((room) => room !== '' && `${folder}/`.startsWith(`${room}/`));
  return above.toSorted((a, b) => b.length - a.length)[0] ?? (folder === '' ? '' : undefined);
}

/** Whether a file of core may import another: `false` for an arrow that goes up. */
export function goesDown(from: string, to: string): boolean {
  const [upper, lower] = [roomOf(from), roomOf(to)];
  if (upper === undefined || lower === undefined) return true;
  return ROOMS.indexOf(upper) <= ROOMS.indexOf(lower);
}
