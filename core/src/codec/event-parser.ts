import { GatewayError } from '../canonical/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import { JsonSeries } from '../transport/json/json-series.ts';

/** Parses the data of the events of one upstream's stream. */
export class EventParser {
  readonly #series = new JsonSeries();
  readonly #what: string;

  /** `what` names one for messages: `an event`. */
  constructor(what: string) {
    this.#what = what;
  }

  /**
   * `undefined` where an event says nothing, or `[DONE]`. Throws `upstream-broken`; the parser's own message, which
   * would quote the upstream, is kept out of it.
   */
  parse(data: string): JsonObject | undefined {
    const value = this.#value(data);
    return value === undefined ? undefined : this.#object(value);
  }

  /** As {@link parse}, for servers that may wrap an event in a list. */
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
    throw this.#broken('that is no object');
  }

  #broken(why: string): GatewayError {
    return new GatewayError('upstream-broken', `The upstream sent ${this.#what} ${why}.`);
  }
}
