/** JSON that mutations change in place. */
export type Tree = string | number | boolean | null | Tree[] | { [key: string]: Tree };

/** A value and where it stands. */
export interface Place {
  readonly parent: Tree[] | { [key: string]: Tree };
  readonly key: string;
  readonly value: Tree;
}

/** The largest number of places that are looked at: mutated bodies can be very wide. */
const LIMIT = 2_000;

/** All places of a body, from the outside in. */
export function placesOf(root: Tree): readonly Place[] {
  const places: Place[] = [];
  const waiting: Tree[] = [root];
  for (let next = waiting.shift(); next !== undefined && places.length < LIMIT; next = waiting.shift()) {
    if (typeof next !== 'object' || next === null) continue;
    for (const [key, value] of Object.entries(next).slice(0, LIMIT)) {
      places.push({ parent: next, key, value });
      waiting.push(value);
    }
  }
  return places;
}

/** The places whose key is one of these. */
export function placesNamed(root: Tree, names: ReadonlySet<string>): readonly Place[] {
  return placesOf(root).filter(({ key }) => names.has(key));
}

/** Sets an own property, also one that an assignment would take for the prototype. */
export function put({ parent, key }: Pick<Place, 'parent' | 'key'>, value: Tree): void {
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}

export function remove({ parent, key }: Place): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
}

const MARK = /"@@raw:([\w-]*)@@"/g;

/** Text that is written as it is instead of a JSON string: numbers that JavaScript cannot hold, doubled keys. */
export function raw(text: string): string {
  return `@@raw:${Buffer.from(text).toString('base64url')}@@`;
}

/** Writes JSON, with everything that `raw` made. */
export function serialise(tree: Tree): string {
  const text = JSON.stringify(tree);
  if (!text.includes('@@raw:')) return text;
  return text.replaceAll(MARK, (_, encoded: string) => Buffer.from(encoded, 'base64url').toString());
}
