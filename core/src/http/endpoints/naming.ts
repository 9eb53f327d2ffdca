import type { ModelPlaces } from '@dragoman/plugin';
import type { Exchange } from '../../routing/exchange.ts';
import { MODEL_LIKE, ModelNames } from '../../catalogue/model-names.ts';
import {
  findPlaced,
  placesLike,
  type PlaceNode,
  placesOf,
} from '@dragoman/plugin/internal/transport/json/json-places';

/** Reads the model names in the requests of one endpoint. */
export interface Naming {
  /** Throws if another model is named in a place that cannot be checked. */
  read(exchange: Pick<Exchange, 'raw' | 'key'>, model: string): ModelNames;
}

/** Where JSON names models, by whether the client may use only certain models. */
export type NamingPlaces = (isScoped: boolean) => PlaceNode;

export function namingPlaces(models?: ModelPlaces): NamingPlaces {
  const known = placesOf(['model', ...(models?.fields ?? [])]);
  // Servers accept fields that the gateway does not know.
  const anywhere = placesLike({ like: MODEL_LIKE, known: ['model'], except: models?.content ?? [] });
  return (isScoped) => (isScoped ? anywhere : known);
}

export function createNaming({ models }: { readonly models?: ModelPlaces }): Naming {
  const placesFor = namingPlaces(models);
  const prefix = models?.prefix;
  return {
    read({ raw: { body, query }, key }, model) {
      const isScoped = key?.models !== undefined;
      if (!(body instanceof Uint8Array)) return new ModelNames({ model, query, isScoped });
      const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
      const mentions = findPlaced(bytes, placesFor(isScoped));
      const named = { bytes: body, mentions, encode: JSON.stringify };
      return new ModelNames({ model, query, isScoped, prefix, body: named });
    },
  };
}
