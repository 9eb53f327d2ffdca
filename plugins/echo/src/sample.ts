import { type Schema, Validator } from '@cfworker/json-schema';
import { isJsonObject, type JsonObject, type JsonValue, tryWithinTime } from '@dragoman/plugin';
import { generateSync, type JsonSchema } from 'json-schema-faker';

/** For all schemas of a request together, as nobody else is answered meanwhile. */
const TIME_LIMIT_MS = 30;
const ATTEMPTS = 20;
/** The memory for such a length is taken in one go, which no time limit stops. */
const HUGE = /"min(?:Items|Length|Properties|Contains)":\d{5}|\{\d{5}/;
/** How much longer than its minimum a text or a list may become. */
const SPARE = 8;
const MINIMUMS: Readonly<Record<string, string>> = { maxLength: 'minLength', maxItems: 'minItems' };

/**
 * Finds a small value for each JSON Schema: always the same one for the same schema, `undefined` where none was found.
 * A hint, or those of its fields that satisfy, is preferred.
 */
export function sampleSchemas(
  schemas: readonly JsonValue[],
  hint?: JsonObject,
): readonly (JsonValue | undefined)[] {
  const texts = schemas.map((schema) => JSON.stringify(schema));
  return tryWithinTime(TIME_LIMIT_MS, () => texts.map((text) => sample(text, hint))) ?? [];
}

function sample(schema: string, hint: JsonObject | undefined): JsonValue | undefined {
  if (HUGE.test(schema)) return undefined;
  const validator = new Validator(JSON.parse(schema) as Schema | boolean, '2020-12');
  const isValid = (value: JsonValue): boolean => {
    try {
      return validator.validate(value).valid;
    } catch {
      // A pattern that is no regular expression, or a reference to nowhere.
      return false;
    }
  };
  if (hint && isValid(hint)) return hint;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const value = generate(schema, attempt);
    if (value !== undefined && isValid(value)) return adopt(value, hint, isValid);
  }
  return undefined;
}

/** Every other guess is short and made of what the schema suggests. */
function generate(schema: string, seed: number): JsonValue | undefined {
  const isShort = seed % 2 === 1;
  const options = { seed, optionalsProbability: 0, maxDefaultItems: 1, maxDepth: 30, refDepthMax: 30 };
  try {
    const parsed = JSON.parse(schema, isShort ? shorten : undefined) as JsonSchema;
    return generateSync(parsed, { ...options, useDefaultValue: isShort, useExamplesValue: isShort }) as
      | JsonValue
      | undefined;
  } catch {
    // A client's schema may be anything: whatever goes wrong, this was no value.
    return undefined;
  }
}

/** Guesses are as long as they may be otherwise, and take as long to make. */
function shorten(this: JsonObject, keyword: string, value: JsonValue): JsonValue {
  const minimum = MINIMUMS[keyword];
  if (minimum === undefined || typeof value !== 'number') return value;
  return Math.min(value, Number(this[minimum] ?? 0) + SPARE);
}

/** Takes over the fields of the hint that the value may have. */
function adopt(
  value: JsonValue,
  hint: JsonObject | undefined,
  isValid: (value: JsonValue) => boolean,
): JsonValue {
  let adopted = value;
  for (const [name, wanted] of Object.entries(hint ?? {})) {
    if (!isJsonObject(adopted)) break;
    const changed: JsonObject = { ...adopted, [name]: wanted };
    if (isValid(changed)) adopted = changed;
  }
  return adopted;
}
