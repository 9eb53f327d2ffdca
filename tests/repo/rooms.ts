/**
 * The rooms of `core/src`, from the top floor down. A file imports only from its own room and from those below it,
 * types included. A folder that is not listed belongs to the room of the folder that holds it.
 */
const CORE_ROOMS: readonly string[] = [
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
  'hooks',
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
  'registry',
  'transport',
  'validation',
  'timing',
  'text',
];

/** The rooms of `packages/plugin/src`, below all of core. */
const PLUGIN_ROOMS: readonly string[] = [
  'helpers',
  'http-provider',
  'plugin',
  'tool-text',
  'codec',
  'transport',
  'timing',
  'text',
  'canonical',
];

/** The houses and their rooms. A file of the lower house imports nothing of the upper one: it cannot, by its package. */
export const HOUSES: Readonly<Record<string, readonly string[]>> = {
  'core/src/': CORE_ROOMS,
  'packages/plugin/src/': PLUGIN_ROOMS,
};

/** What others import stands above no room and below none. */
export const ENTRIES: readonly string[] = [
  'core/src/index.ts',
  'core/src/testing.ts',
  'packages/plugin/src/index.ts',
];

interface Place {
  readonly house: string;
  readonly room: string;
}

/** Where a file belongs, by its path from the root. `undefined` for a file that has no place. */
export function placeOf(path: string): Place | undefined {
  const house = Object.keys(HOUSES).find((start) => path.startsWith(start));
  if (house === undefined || ENTRIES.includes(path)) return undefined;
  const folder = path.slice(house.length).split('/').slice(0, -1).join('/');
  const rooms = HOUSES[house] ?? [];
  const above = rooms.filter((room) => room !== '' && `${folder}/`.startsWith(`${room}/`));
  const nearest = above.toSorted((a, b) => b.length - a.length)[0];
  const room = nearest ?? (folder === '' && rooms.includes('') ? '' : undefined);
  return room === undefined ? undefined : { house, room };
}

/** Whether a file may import another: `false` for an arrow that goes up. */
export function goesDown(from: string, to: string): boolean {
  const [upper, lower] = [placeOf(from), placeOf(to)];
  if (!upper || !lower) return true;
  if (upper.house !== lower.house) return false;
  const rooms = HOUSES[upper.house] ?? [];
  return rooms.indexOf(upper.room) <= rooms.indexOf(lower.room);
}
