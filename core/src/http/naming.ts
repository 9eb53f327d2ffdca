import type { ModelPlaces, RawRequest } from '../plugin/plugin.ts';
import { ModelNames } from '../routing/model-names.ts';
import { findPlaced, placesOf } from '../transport/json-places.ts';

/** Reads the names of models in the requests of one endpoint. */
export interface Naming {
  /** Throws when another model is named in a place that cannot be checked. */
  read(raw: RawRequest, model: string): ModelNames;
}

export function createNaming({ models }: { readonly models?: ModelPlaces }): Naming {
  const places = placesOf(['model', ...(models?.fields ?? [])]);
  const prefix = models?.prefix;
  return {
    read({ body, query }, model) {
      if (!(body instanceof Uint8Array)) return new ModelNames({ model, query });
      const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
      const mentions = findPlaced(bytes, places);
      return new ModelNames({
        model,
        query,
        prefix,
        body: { bytes: body, mentions, encode: JSON.stringify },
      });
    },
  };
}
