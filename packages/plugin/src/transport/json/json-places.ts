import { GatewayError } from '../../canonical/errors.ts';
import { CLOSE_BRACKET, endOfString, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './json-scan.ts';
import { COMMA, endOfValue, skipSpace } from './json-walk.ts';

/** Places in JSON objects, as a tree. Names are {@link foldName folded}. */
export interface PlaceNode {
  /** The place as written; empty where no value is wanted. */
  readonly label: string;
  readonly fields: ReadonlyMap<string, PlaceNode>;
  /** The entries of an array. */
  readonly entries?: PlaceNode;
  /** All other fields. */
  readonly others?: PlaceNode;
  /** Field names whose strings are all wanted. */
  readonly like?: RegExp;
  /** Whether only strings are wanted. */
  readonly isText?: boolean;
}

/** A value at one of the places. */
export interface PlacedValue {
  readonly label: string;
  /** Whether it is a top-level field, spelled exactly as the place. */
  readonly isTop: boolean;
  /** `undefined` for anything but a string. */
  readonly value: string | undefined;
  readonly start: number;
  readonly end: number;
}

const NULL = 0x6e;
/** The first of its three bytes. */
const BYTE_ORDER_MARK = 0xef;

/** JSON parsers differ on whether case and underscores matter; here they do not. */
export function foldName(name: string): string {
  return name.replaceAll(/[_-]/g, '').toUpperCase();
}

/** Every request has the same few names. A plain map, because an ordered cache takes twice as long per name. */
const MAX_FOLDED = 1_000;
const MAX_FOLDED_LENGTH = 32;
const folded = new Map<string, string>();

function foldedName(name: string): string {
  let known = folded.get(name);
  if (known === undefined) {
    known = foldName(name);
    if (name.length > MAX_FOLDED_LENGTH) return known;
    if (folded.size >= MAX_FOLDED) folded.clear();
    folded.set(name, known);
  }
  return known;
}

/** The tree of places such as `models[]` and `tools[].model`. */
export function placesOf(paths: readonly string[]): PlaceNode {
  const root = emptyNode();
  for (const path of paths) {
    let node = root;
    for (const step of path.split('.')) {
      const name = step.replace(/\[\]$/, '');
      node = child(node, name);
      if (step === name) continue;
      // Some clients send a single value for a list of one.
      if (path.endsWith(step)) node.label = path;
      node = node.entries ??= emptyNode();
    }
    node.label = path;
  }
  return root;
}

export interface LikeInput {
  /** Matches {@link foldName folded} names. */
  readonly like: RegExp;
  /** Top-level fields that are places whatever their names. */
  readonly known: readonly string[];
  /** Places that are not searched. */
  readonly except: readonly string[];
}

/** The tree of fields at any depth whose names match a pattern, with all strings in them. */
export function placesLike({ like, known, except }: LikeInput): PlaceNode {
  const root = placesOf(known) as OpenNode;
  const anywhere: OpenNode = { ...emptyNode(), like };
  anywhere.others = anywhere.entries = anywhere;
  const inner = new Set([root]);
  for (const path of except) {
    let node = root;
    for (const step of path.split('.')) {
      inner.add(node);
      const name = step.replace(/\[\]$/, '');
      node = child(node, name);
      if (step === name) continue;
      inner.add(node);
      node = node.entries ??= emptyNode();
    }
  }
  for (const node of inner) {
    node.like = like;
    node.others = anywhere;
    node.entries ??= anywhere;
  }
  return root;
}

/** All strings in a field. */
function textsOf(label: string): PlaceNode {
  const node: OpenNode = { ...emptyNode(), label, isText: true };
  node.others = node.entries = node;
  return node;
}

interface OpenNode {
  label: string;
  fields: Map<string, OpenNode>;
  entries?: OpenNode;
  others?: OpenNode;
  like?: RegExp;
  isText?: boolean;
}

function emptyNode(): OpenNode {
  return { label: '', fields: new Map() };
}

function child({ fields }: OpenNode, name: string): OpenNode {
  const found = fields.get(foldName(name)) ?? emptyNode();
  fields.set(foldName(name), found);
  return found;
}

/** No real request has more values at these places. Each is checked and may be replaced. */
const MAX_FOUND = 1_000;

/** Finds the values at places of a valid JSON object, in one pass, duplicate fields included. */
export function findPlaced(bytes: Buffer, root: PlaceNode): readonly PlacedValue[] {
  const start = skipSpace(bytes, bytes[0] === BYTE_ORDER_MARK ? 3 : 0);
  if (bytes[start] !== OPEN_BRACE) return [];
  const reader = new PlaceReader(bytes, start);
  reader.readObject(start, root);
  return reader.found;
}

/** Labels of places, by the end of their values. */
const MAX_SHOWN_STEPS = 8;

class PlaceReader {
  readonly found: PlacedValue[] = [];
  readonly #bytes: Buffer;
  readonly #start: number;
  /** The fields that are being read. */
  readonly #path: string[] = [];

  constructor(bytes: Buffer, start: number) {
    this.#bytes = bytes;
    this.#start = start;
  }

  /** Like the other readers, returns the index after what it read. */
  readObject(start: number, node: PlaceNode): number {
    const bytes = this.#bytes;
    let at = start + 1;
    for (;;) {
      at = skipSpace(bytes, at);
      if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
      if (bytes[at] !== QUOTE) return at + 1;
      const end = endOfString(bytes, at);
      if (end < 0) return bytes.length;
      const key = stringOf(bytes, at, end + 1);
      // After the colon, which only whitespace may precede.
      const value = skipSpace(bytes, skipSpace(bytes, end + 1) + 1);
      const name = foldedName(key);
      const known = node.fields.get(name);
      this.#path.push(key);
      const wanted = known ?? (node.like?.test(name) ? textsOf(this.#place()) : node.others);
      at = wanted
        ? this.#readValue(value, wanted, start === this.#start && key === known?.label)
        : endOfValue(bytes, value);
      this.#path.pop();
    }
  }

  #readArray(start: number, node: PlaceNode | undefined): number {
    const bytes = this.#bytes;
    if (!node) return endOfValue(bytes, start);
    this.#path.push('[]');
    let at = skipSpace(bytes, start + 1);
    while (at < bytes.length && bytes[at] !== CLOSE_BRACKET) {
      at = skipSpace(bytes, this.#readValue(at, node, false));
      if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
    }
    this.#path.pop();
    return at + 1;
  }

  /** The current place, in the form that {@link placesOf} takes. */
  #place(): string {
    return this.#path.slice(-MAX_SHOWN_STEPS).join('.').replaceAll('.[]', '[]');
  }

  #readValue(start: number, node: PlaceNode, isTop: boolean): number {
    const bytes = this.#bytes;
    const { label } = node;
    const byte = bytes[start];
    if (byte === OPEN_BRACKET && (node.entries || label === '')) return this.#readArray(start, node.entries);
    if (byte === OPEN_BRACE && (node.fields.size > 0 || node.others || label === ''))
      return this.readObject(start, node);
    const end = endOfValue(bytes, start);
    if (label !== '' && byte !== NULL && (byte === QUOTE || !node.isText)) {
      const value = byte === QUOTE ? stringOf(bytes, start, end) : undefined;
      if (this.found.length >= MAX_FOUND) throw tooMany(label);
      this.found.push({ label, isTop, value, start, end });
    }
    return end;
  }
}

function tooMany(label: string): GatewayError {
  return new GatewayError(
    'invalid',
    `The request names models at more than 1,000 places, such as ${label}.`,
    {
      field: label,
    },
  );
}

function stringOf(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start + 1, end - 1);
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
}
