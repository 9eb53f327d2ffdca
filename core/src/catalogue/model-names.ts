import { defined, GatewayError, type RawRequest } from '@dragoman/plugin';
import type { StoredKey } from '../state/state.ts';
import { foldName, type PlacedValue } from '@dragoman/plugin/internal/transport/json/json-places';
import { type SpanEdit, replaceSpans } from '@dragoman/plugin/internal/transport/json/span-edit';
import type { Candidate } from './candidate.ts';
import type { Catalogue } from './catalogue.ts';
import type { Route } from './route.ts';

/** A body and the places in it that name models. */
export interface NamedBody {
  readonly bytes: Uint8Array;
  readonly mentions: readonly PlacedValue[];
  /** How to write a name into it. */
  encode(name: string): string;
}

export interface NamedRequest {
  /** The requested model: routes, scopes and prices go by it. */
  readonly model: string;
  readonly query: string;
  /** Whether the client may use only certain models. */
  readonly isScoped?: boolean;
  readonly body?: NamedBody | undefined;
  /** The wire's prefix of names: `models/`. */
  readonly prefix?: string | undefined;
}

/** Another model than the requested one. */
interface OtherModel {
  /** The field that names it. */
  readonly label: string;
  /** Set once it is checked. */
  route?: Route;
}

const NO_OTHERS: ReadonlyMap<string, OtherModel> = new Map();
const NO_FIELDS: readonly string[] = [];

/** {@link foldName Folded} names of fields that may name models. */
export const MODEL_LIKE = /MODEL|FALLBACK/;

/** The most other models that a request may name; more fallbacks are useless. */
const MAX_OTHERS = 16;

/**
 * All model names in one request. Each must be the requested model, which is replaced by the upstream's own name, or a
 * model that the key may use and the same upstream serves. Anything else is refused, so that only checked names reach
 * the upstream.
 */
export class ModelNames {
  readonly #request: NamedRequest;
  /** Most requests have none. */
  #others = NO_OTHERS;
  readonly #queryNames: readonly string[];

  constructor(request: NamedRequest) {
    this.#request = request;
    this.#queryNames = this.#readQuery(request);
    const mentions = request.body?.mentions ?? [];
    const last = mentions.findLast(({ isTop }) => isTop);
    for (const mention of mentions) {
      // Parsers disagree about duplicate fields. The last was checked; the others are replaced.
      if (mention.isTop && mention !== last && mention.value !== undefined) continue;
      if (mention.value === undefined) throw mismatch(mention.label);
      const name = this.#bare(mention.value);
      if (name === request.model) continue;
      if (mention.isTop) throw mismatch(mention.label);
      if (this.#others.size >= MAX_OTHERS && !this.#others.has(name)) throw mismatch(mention.label);
      this.#others = new Map(this.#others).set(name, { label: mention.label });
    }
  }

  /** Checks the other models; `undefined` if there are none. */
  judge(key: StoredKey | undefined, catalogue: Pick<Catalogue, 'resolve'>): Promise<void> | undefined {
    return this.#others.size === 0 ? undefined : this.#judge(key, catalogue);
  }

  /** The request with a candidate's own names. Throws if it does not serve all of the models. */
  rawFor(candidate: Candidate, raw: RawRequest): RawRequest {
    const body = this.#bodyFor(candidate);
    const query = this.#queryFor(candidate);
    return body === raw.body && query === raw.query ? raw : { ...raw, query, ...defined({ body }) };
  }

  /** Throws if the other models have different names at a candidate, since a decoded request keeps them unchanged. */
  check(candidate: Candidate): void {
    for (const [name, { label }] of this.#others) {
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
    for (const [name, other] of this.#others) {
      const { label } = other;
      // The cost of another model would not be counted.
      if (key?.limits) throw mismatch(label);
      try {
        other.route = await catalogue.resolve(name, key);
      } catch (cause) {
        throw mismatch(label, cause);
      }
    }
  }

  #ownName(name: string, { upstream }: Candidate): string {
    const other = this.#others.get(name);
    const served = other?.route?.candidates.find((candidate) => candidate.upstream === upstream);
    if (!served) throw mismatch(other?.label ?? 'model');
    return served.model;
  }

  #bare(value: string): string {
    const { prefix = '' } = this.#request;
    return prefix !== '' && value.startsWith(prefix) ? value.slice(prefix.length) : value;
  }

  #readQuery({ query, model, isScoped }: NamedRequest): readonly string[] {
    if (query === '') return NO_FIELDS;
    const fields = modelsOfQuery(query, isScoped ? mayNameModel : namesModel);
    const other = fields.find(([, value]) => this.#bare(value) !== model);
    if (other) throw mismatch(other[0]);
    return fields.map(([name]) => name);
  }
}

/** The query fields that name models, in any spelling that some server accepts. */
function modelsOfQuery(
  query: string,
  isWanted: (field: string) => boolean,
): readonly (readonly [string, string])[] {
  if (query === '') return [];
  // Some servers treat a semicolon like `&`.
  const readings = query.includes(';') ? [query, query.replaceAll(';', '&')] : [query];
  return readings.flatMap((text) => [...new URLSearchParams(text)].filter(([name]) => isWanted(name)));
}

/** The query fields that name a model. */
export function modelFieldsOf(query: string): readonly string[] {
  return [...new Set(modelsOfQuery(query, namesModel).map(([name]) => name))];
}

/** Case, underscores and hyphens do not matter, as in JSON; one pass over names of any length. */
const MODEL_IN_NAME = /(?:^|[.[\]])\s*[_-]*m[_-]*o[_-]*d[_-]*e[_-]*l[_-]*(?:s[_-]*)?\s*(?:[.[\]]|$)/iu;

/** Whether a query or form field names a model: `model`, `Model`, `model[]`, `request[model]`. */
export function namesModel(field: string): boolean {
  return MODEL_IN_NAME.test(field);
}

/** Whether some server may find a model in a query or form field. */
export function mayNameModel(field: string): boolean {
  return MODEL_LIKE.test(foldName(field));
}

/** A request names another model besides the requested one. */
export function mismatch(field: string, cause?: unknown): GatewayError {
  return new GatewayError(
    'invalid',
    `${field} names a different model than the one requested, and the two cannot be used in one request.`,
    { field, code: 'model_mismatch', cause },
  );
}
