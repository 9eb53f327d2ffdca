import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  resolveReference,
  type WorkBudget,
} from '@dragoman/plugin';
import { arrayOf } from '../wire.ts';

/** How a place was reached, to detect cycles. */
export interface Path {
  /** References on the way here. */
  readonly seen: readonly string[];
  /** References that schemas on the way here were joined from. */
  readonly joined: readonly string[];
}

interface Found extends Path {
  readonly schema: JsonObject | undefined;
}

/** How often a schema may recur within schemas that were joined from it. */
const MAX_JOINED = 2;

/** The cost of copying one entry of an object or a list, in bytes. */
const ENTRY_BYTES = 8;

/** Resolves the references of one document, and joins `allOf`. */
export class References {
  readonly #document: JsonObject;
  readonly #budget: WorkBudget;
  readonly #targets = new Map<string, JsonValue | undefined>();

  constructor(document: JsonObject, budget: WorkBudget) {
    this.#document = document;
    this.#budget = budget;
  }

  /** The schema that a reference stands for, joined with its `allOf`. */
  merged(given: JsonObject, path: Path): Found {
    const found = this.#resolve(given, path);
    if (found.schema?.['allOf'] === undefined) return found;
    const parts: JsonObject[] = [];
    const { seen } = this.#collect(found.schema, found, parts);
    const joined = [...path.joined, ...seen.slice(found.seen.length)];
    return { schema: join(parts), seen: found.seen, joined };
  }

  /** Collects a schema and, recursively, its `allOf`, in the order of their precedence. */
  #collect({ allOf, ...schema }: JsonObject, path: Path, parts: JsonObject[]): Path {
    const properties = Object.keys(objectOf(schema['properties']));
    const size = Object.keys(schema).length + properties.length + arrayOf(schema['required']).length;
    this.#budget.charge(1, ENTRY_BYTES * (size + arrayOf(allOf).length));
    parts.push(schema);
    let last = path;
    for (const one of arrayOf(allOf).filter(isJsonObject)) {
      const found = this.#resolve(one, last);
      last = found.schema ? this.#collect(found.schema, found, parts) : found;
    }
    return last;
  }

  #resolve(given: JsonObject, { seen: before, joined }: Path): Found {
    let schema = given;
    let seen = before;
    for (let $ref = schema['$ref']; typeof $ref === 'string'; $ref = schema['$ref']) {
      const isCircle = seen.includes($ref) || joined.filter((one) => one === $ref).length >= MAX_JOINED;
      const target = isCircle ? undefined : this.#find($ref);
      if (!isJsonObject(target)) return { schema: undefined, seen, joined };
      const { $ref: _, ...rest } = schema;
      this.#budget.charge(1, ENTRY_BYTES * (Object.keys(target).length + seen.length + joined.length));
      seen = [...seen, $ref];
      schema = { ...target, ...rest };
    }
    return { schema, seen, joined };
  }

  #find(reference: string): JsonValue | undefined {
    if (!this.#targets.has(reference))
      this.#targets.set(reference, resolveReference(this.#document, reference));
    return this.#targets.get(reference);
  }
}

/** Later parts override earlier ones; properties and required names are combined. */
function join(parts: readonly JsonObject[]): JsonObject {
  const joined: Record<string, JsonValue | undefined> = {};
  const properties: Record<string, JsonValue | undefined> = Object.create(null);
  const required = new Set<JsonValue>();
  for (const part of parts) {
    Object.assign(joined, part);
    Object.assign(properties, objectOf(part['properties']));
    for (const name of arrayOf(part['required'])) required.add(name);
  }
  return {
    ...joined,
    ...(Object.keys(properties).length > 0 && { properties: { ...properties } }),
    ...(required.size > 0 && { required: [...required] }),
  };
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
