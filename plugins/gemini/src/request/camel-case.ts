import { isJsonObject, type JsonObject, type JsonValue, RequestTally } from '@dragoman/plugin';

/** Fields whose keys are the user's own, not the protocol's. */
const FREE = new Set([
  'args',
  'response',
  'labels',
  'partMetadata',
  'parametersJsonSchema',
  'responseJsonSchema',
  'default',
  'example',
]);

/** Every field of this protocol may be spelt in snake case as well. Long lists are refused before they are walked. */
export function camelCased(body: JsonObject): JsonObject {
  return new CamelCase().object(body, '');
}

class CamelCase {
  readonly #tally = new RequestTally();

  /** `path` is where the object stands, with a dot behind it: `contents[0].`. */
  object(body: JsonObject, path: string): JsonObject {
    const entries = Object.entries(body).map(([key, value]) => {
      const name = key.includes('_') ? inCamelCase(key) : key;
      if (name === 'properties' && isJsonObject(value)) return [name, this.#schemas(value, path)];
      return [name, value === undefined || FREE.has(name) ? value : this.#value(value, path + name)];
    });
    return Object.fromEntries(entries) as JsonObject;
  }

  /** The names of properties are the user's, the schemas behind them the protocol's. */
  #schemas(properties: JsonObject, path: string): JsonObject {
    const entries = Object.entries(properties).map(([name, schema]) => [
      name,
      this.#value(schema ?? {}, `${path}properties.${name}`),
    ]);
    return Object.fromEntries(entries) as JsonObject;
  }

  #value(value: JsonValue, path: string): JsonValue {
    if (Array.isArray(value)) {
      this.#tally.countEntries(value.length, path);
      return (value as readonly JsonValue[]).map((entry, at) => this.#value(entry, `${path}[${at}]`));
    }
    return isJsonObject(value) ? this.object(value, `${path}.`) : value;
  }
}

function inCamelCase(key: string): string {
  return key.replaceAll(/(?<=[a-z0-9])_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
