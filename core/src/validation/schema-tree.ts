import { z } from 'zod';

type Schema = z.core.$ZodType;

/**
 * Every schema that applies to a value: those given and, through unions and wrappers such as `optional`, those inside.
 * Any of them may carry a mark.
 */
export function layersOf(schemas: readonly Schema[]): readonly Schema[] {
  const layers = new Set<Schema>(schemas);
  // The set grows while it is walked.
  for (const schema of layers) for (const inner of insideOf(schema)) layers.add(inner);
  return [...layers];
}

/** The schemas of a field or item of these layers. */
export function childrenOf(layers: readonly Schema[], key: PropertyKey): readonly Schema[] {
  return layers.flatMap((layer) => childOf(layer, key) ?? []);
}

/** The field names that these layers declare. */
export function fieldsOf(layers: readonly Schema[]): readonly string[] {
  const names = layers.flatMap((layer) => {
    const { def } = (layer as z.core.$ZodTypes)._zod;
    return def.type === 'object' ? Object.keys(def.shape) : [];
  });
  return [...new Set(names)];
}

/** Whether a layer is marked by `secret()`. */
export function isSecret(layers: readonly Schema[]): boolean {
  return layers.some((layer) => z.globalRegistry.get(layer)?.['secret'] === true);
}

function insideOf(schema: Schema): readonly Schema[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'union':
      return def.options;
    case 'intersection':
      return [def.left, def.right];
    case 'pipe':
      return [def.in, def.out];
    case 'lazy':
      return [def.getter()];
    default:
      return 'innerType' in def ? [def.innerType] : [];
  }
}

function childOf(schema: Schema, key: PropertyKey): Schema | null | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object':
      return typeof key === 'string' && Object.hasOwn(def.shape, key) ? def.shape[key] : def.catchall;
    case 'record':
      return def.valueType;
    case 'array':
      return def.element;
    case 'tuple':
      return def.items[Number(key)] ?? def.rest;
    default:
      return undefined;
  }
}
