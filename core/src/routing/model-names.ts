import { GatewayError } from '../canonical/errors.ts';
import { defined } from '../canonical/json.ts';
import type { RawRequest } from '../plugin/plugin.ts';
import type { StoredKey } from '../state/state.ts';
import { foldName, type PlacedValue } from '../transport/json-places.ts';
import { type SpanEdit, replaceSpans } from '../transport/span-edit.ts';
import type { Candidate } from './candidate.ts';
import type { Catalogue } from './catalogue.ts';
import type { Route } from './route.ts';

/** A body and the places in it that name models. */
export interface NamedBody {
  readonly bytes: Uint8Array;
  readonly mentions: readonly PlacedValue[];
  /** How a name is written in it. */
  encode(name: string): string;
}

export interface NamedRequest {
  /** The model that was asked for: routes, scopes and prices go by it. */
  readonly model: string;
  readonly query: string;
  readonly body?: NamedBody;
  /** What the wire writes in front of names: `models/`. */
  readonly prefix?: string;
}

/** So many other models may be named; nobody has more fallbacks. */
const MAX_OTHERS = 16;

/**
 * All names of models in one request. Each is the model that was asked for, and then becomes the upstream's own name
 * of it, or it is judged as if it were asked for alone: the key has to allow it and the same upstream to serve it.
 * Whatever else is named is refused, so that nothing is sent but what was judged.
 */
export class ModelNames {
  readonly #request: NamedRequest;
  readonly #others = new Map<string, string>();
  readonly #routes = new Map<string, Route>();
  readonly #queryNames: readonly string[];

  constructor(request: NamedRequest) {
    this.#request = request;
    this.#queryNames = this.#readQuery(request);
    const mentions = request.body?.mentions ?? [];
    const last = mentions.findLast(({ isTop }) => isTop);
    for (const mention of mentions) {
      // Parsers disagree which of two equal fields counts; all but the last, which was judged, are replaced.
      if (mention.isTop && mention !== last && mention.value !== undefined) continue;
      if (mention.value === undefined) throw mismatch(mention.label);
      const name = this.#bare(mention.value);
      if (name === request.model) continue;
      if (mention.isTop) throw mismatch(mention.label);
      this.#others.set(name, mention.label);
      if (this.#others.size > MAX_OTHERS) throw mismatch(mention.label);
    }
  }

  /** Judges the other models that are named; without any there is nothing to wait for. */
  judge(key: StoredKey | undefined, catalogue: Pick<Catalogue, 'resolve'>): Promise<void> | undefined {
    return this.#others.size === 0 ? undefined : this.#judge(key, catalogue);
  }

  /** The request with a candidate's own names. Throws where it does not serve all of them. */
  rawFor(candidate: Candidate, raw: RawRequest): RawRequest {
    const body = this.#bodyFor(candidate);
    const query = this.#queryFor(candidate);
    return body === raw.body && query === raw.query ? raw : { ...raw, query, ...defined({ body }) };
  }

  /** Refuses a candidate to which the request cannot be sent as it was decoded. */
  check(candidate: Candidate): void {
    for (const [name, label] of this.#others) {
      if (this.#ownName(name, candidate) !== name) throw mismatch(label);
    }
  }

  #bodyFor(candidate: Candidate): Uint8Array | undefined {
    const { body, model } = this.#request;
    const isAsWritten = candidate.model === model && this.#others.size === 0;
    if (!body || (isAsWritten && body.mentions.length <= 1)) return body?.bytes;
    const edits: SpanEdit[] = [];
    for (const { value = '', isTop, start, end } of body.mentions) {
      const bare = this.#bare(value);
      const isOther = !isTop && this.#others.has(bare);
      const own = isOther ? this.#ownName(bare, candidate) : candidate.model;
      if (own === bare) continue;
      const prefix = value.slice(0, value.length - bare.length);
      edits.push({ start, end, text: body.encode(prefix + own) });
    }
    return edits.length === 0 ? body.bytes : replaceSpans(body.bytes, edits);
  }

  #queryFor({ model }: Candidate): string {
    const { query } = this.#request;
    if (this.#queryNames.length === 0 || model === this.#request.model) return query;
    const fields = new URLSearchParams(query);
    for (const name of this.#queryNames) fields.set(name, model);
    return fields.toString();
  }

  async #judge(key: StoredKey | undefined, catalogue: Pick<Catalogue, 'resolve'>): Promise<void> {
    for (const [name, label] of this.#others) {
      // What another model costs would not be counted.
      if (key?.limits) throw mismatch(label);
      try {
        this.#routes.set(name, await catalogue.resolve(name, key));
      } catch (cause) {
        throw mismatch(label, cause);
      }
    }
  }

  #ownName(name: string, { upstream }: Candidate): string {
    const served = this.#routes.get(name)?.candidates.find((candidate) => candidate.upstream === upstream);
    if (!served) throw mismatch(this.#others.get(name) ?? 'model');
    return served.model;
  }

  #bare(value: string): string {
    const { prefix = '' } = this.#request;
    return prefix !== '' && value.startsWith(prefix) ? value.slice(prefix.length) : value;
  }

  #readQuery({ query, model }: NamedRequest): readonly string[] {
    const fields = modelsOfQuery(query);
    const other = fields.find(([, value]) => this.#bare(value) !== model);
    if (other) throw mismatch(other[0]);
    return fields.map(([name]) => name);
  }
}

/** The names and values of a query that name models, in any spelling that some server takes for that. */
function modelsOfQuery(query: string): readonly (readonly [string, string])[] {
  if (query === '') return [];
  // Some servers take a semicolon for `&`.
  const readings = query.includes(';') ? [query, query.replaceAll(';', '&')] : [query];
  return readings.flatMap((text) => [...new URLSearchParams(text)].filter(([name]) => namesModel(name)));
}

/** The fields of a query that name a model. */
export function modelFieldsOf(query: string): readonly string[] {
  return [...new Set(modelsOfQuery(query).map(([name]) => name))];
}

/** Whether a field of a query or a form names a model: `model`, `Model`, `model[]`, `request[model]`. */
export function namesModel(field: string): boolean {
  return field.split(/[.[\]]+/).some((part) => /^MODELS?$/.test(foldName(part.trim())));
}

/** One model was asked for, and another is named as well. */
export function mismatch(field: string, cause?: unknown): GatewayError {
  return new GatewayError(
    'invalid',
    `${field} names another model than the one that was asked for, and that one cannot be asked together with it.`,
    { field, code: 'model_mismatch', cause },
  );
}
