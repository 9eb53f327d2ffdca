import { createHash } from 'node:crypto';
import { type EmbedReply, type EmbedRequest, GatewayError } from '@dragoman/plugin';
import { splitTokens } from './tokens.ts';

const DEFAULT_DIMENSIONS = 256;
const MAX_DIMENSIONS = 4096;
/** In all vectors together: 1,024 of 256 dimensions. */
const MAX_NUMBERS = 262_144;
/** In all inputs together. */
const MAX_TOKENS = 100_000;
/** Longer inputs are refused before they are split into tokens, which have at most 12 characters. */
const MAX_CHARACTERS = 12 * MAX_TOKENS;

/** Turns each input into a unit vector: the same one for the same text, a near one for texts that share words. */
export function embedInputs({ model, inputs, dimensions = DEFAULT_DIMENSIONS }: EmbedRequest): EmbedReply {
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > MAX_DIMENSIONS) {
    const message = `dimensions must be an integer from 1 to ${MAX_DIMENSIONS}.`;
    throw new GatewayError('invalid', message, { field: 'dimensions' });
  }
  if (inputs.length * dimensions > MAX_NUMBERS)
    throw tooLarge(
      `${MAX_NUMBERS.toLocaleString('en')} numbers, which ${inputs.length} vectors of ${dimensions} are`,
    );
  if (inputs.reduce((sum, input) => sum + input.length, 0) > MAX_CHARACTERS) throw tooManyTokens();
  const lists = inputs.map((input) => (typeof input === 'string' ? splitTokens(input) : input.map(String)));
  const count = lists.reduce((sum, tokens) => sum + tokens.length, 0);
  if (count > MAX_TOKENS) throw tooManyTokens();
  return {
    model,
    vectors: lists.map((tokens) => embedTokens(tokens, dimensions)),
    usage: { input: count, output: 0 },
  };
}

function tooManyTokens(): GatewayError {
  return tooLarge(`${MAX_TOKENS.toLocaleString('en')} tokens`);
}

function tooLarge(what: string): GatewayError {
  return new GatewayError('invalid', `input must not need more than ${what}.`, { field: 'input' });
}

/** Every token adds one at a place that its hash names; the whole text adds half of one, so no sum is zero. */
function embedTokens(tokens: readonly string[], dimensions: number): readonly number[] {
  const vector = Array.from({ length: dimensions }, () => 0);
  const add = (text: string, weight: number): void => {
    const hash = createHash('sha256').update(text).digest();
    const place = hash.readUInt32LE(0) % dimensions;
    vector[place] = (vector[place] ?? 0) + (hash.readUInt8(4) % 2 === 0 ? weight : -weight);
  };
  for (const token of tokens) add(token.trim().toLowerCase(), 1);
  add(JSON.stringify(tokens), 0.5);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
