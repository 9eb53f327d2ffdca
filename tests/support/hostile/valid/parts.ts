import type { Dice } from '../dice.ts';
import type { Draft, HeaderLine } from '../draft.ts';
import type { Tree } from '../json-tree.ts';
import { BAD_MODELS, GOOD_MODELS, type Surface } from '../surface.ts';

export const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const TEXTS = [
  'Hello',
  'What is the weather in Paris?',
  'Antworte kurz: äöü €',
  '用一句话回答',
  '👩‍👩‍👧 and tools',
  'Line one\nline two\ttab',
  '{"looks":"like JSON"}',
  '<script>alert(1)</script>',
];

export function text(dice: Dice): string {
  return dice.pick(TEXTS);
}

export function model(dice: Dice): string {
  return dice.chance(0.12) ? dice.pick(BAD_MODELS) : dice.pick(GOOD_MODELS);
}

/** The parameters of a tool, as programs write them. */
export function parameters(dice: Dice): { [key: string]: Tree } {
  const properties: { [key: string]: Tree } = {
    city: { type: 'string', description: 'A city', minLength: 1 },
    ...(dice.chance(0.5) && { days: { type: 'integer', minimum: 1, maximum: 10 } }),
    ...(dice.chance(0.3) && { unit: { enum: ['c', 'f'] } }),
    ...(dice.chance(0.3) && { tags: { type: 'array', items: { type: 'string' }, uniqueItems: true } }),
    ...(dice.chance(0.3) && { place: { $ref: '#/$defs/place' } }),
  };
  return {
    type: 'object',
    properties,
    required: ['city'],
    ...('place' in properties && {
      $defs: { place: { type: 'object', properties: { lat: { type: 'number' }, lon: { type: 'number' } } } },
    }),
    ...(dice.chance(0.3) && { additionalProperties: false }),
  };
}

/** A field, sometimes. */
export function maybe(dice: Dice, probability: number, fields: { [key: string]: Tree }) {
  return dice.chance(probability) ? fields : {};
}

/** How clients of a wire say who they are. */
export type Credential = (key: string) => HeaderLine;

export const bearer: Credential = (key) => ['authorization', `Bearer ${key}`];
export const apiKey: Credential = (key) => ['x-api-key', key];
export const googleKey: Credential = (key) => ['x-goog-api-key', key];

export function keyOf(dice: Dice, { keys }: Surface): string {
  if (dice.chance(0.8)) return keys.full;
  return dice.pick([keys.scoped, keys.limited, keys.remembering, keys.expired, 'sk-dgm-wrong']);
}

export interface Post {
  readonly speaker: Draft['speaker'];
  readonly path: string;
  readonly query?: string;
  readonly credential: HeaderLine;
  readonly headers?: readonly HeaderLine[];
  readonly json: { [key: string]: Tree };
}

export function post({ speaker, path, query = '', credential, headers = [], json }: Post): Draft {
  return {
    route: `POST ${path}`,
    speaker,
    method: 'POST',
    target: path + query,
    headers: [credential, ['content-type', 'application/json'], ...headers],
    body: { json },
  };
}
