import { GatewayError } from '../canonical/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import { JsonSeries } from '../transport/json/json-series.ts';

/** Parses the event data of one upstream's stream. */
export class EventParser {
  readonly #series = new JsonSeries();
  readonly #what: string;

  /** `what` names an event in messages: `an event`. */
  constructor(what: string) {
    this.#what = what;
  }

  /**
   * `undefined` for empty data or `[DONE]`. Throws `upstream-broken`, without the parser's own message, which would
   * quote the upstream.
   */
  parse(data: string): JsonObject | undefined {
    const value = this.#value(data);
    return value === undefined ? undefined : this.#object(value);
  }

  /** Like {@link parse}, for servers that may wrap an event in a list. */
  parseWrapped(data: string): JsonObject | undefined {
    const value = this.#value(data);
    if (value === undefined) return undefined;
    return this.#object(Array.isArray(value) ? (value as readonly JsonValue[])[0] : value);
  }

  #value(data: string): JsonValue | undefined {
    const text = data.trim();
    if (text === '' || text === '[DONE]') return undefined;
    try {
      return this.#series.parse(text);
    } catch {
      throw this.#broken('that is not JSON');
    }
  }

  #object(value: JsonValue | undefined): JsonObject {
    if (isJsonObject(value)) return value;
    throw this.#broken('that is not an object');
  }

  #broken(why: string): GatewayError {
    return new GatewayError('upstream-broken', `The upstream sent ${this.#what} ${why}.`);
  }
}
