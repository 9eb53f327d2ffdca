import {
  escapeControls,
  type JsonValue,
  parseJson,
  type Reading,
  Rejection,
  TextReader,
} from '@dragoman/plugin';
import { readLiteral } from '../python-literals.ts';

/**
 * The value of a whole JSON text with the faults that chat models make: raw line breaks in strings, a comma at the end of
 * a list, Python instead of JSON. Nothing is closed, guessed or evaluated. `undefined`: it is none.
 */
export function parseLoose(text: string): JsonValue | undefined {
  const escaped = escapeControls(text);
  return parseJson(text) ?? parseJson(escaped) ?? parseJson(withoutLastCommas(escaped)) ?? parsePython(text);
}

/** Commas before a closing bracket, outside of strings. */
function withoutLastCommas(json: string): string {
  return json.replaceAll(/"(?:\\[^]|[^"\\])*"?|,(?=\s{0,200}[}\]])/g, (found) =>
    found === ',' ? '' : found,
  );
}

function parsePython(text: string): JsonValue | undefined {
  const reader = new TextReader({ maxRegion: Infinity });
  reader.push(text);
  reader.end();
  const read = function* (): Reading<string | undefined> {
    const json = yield* readLiteral(reader);
    yield* reader.spaces();
    return (yield* reader.more()) ? undefined : json;
  };
  try {
    const { value, done } = read().next();
    return done && value !== undefined ? parseJson(value) : undefined;
  } catch (error) {
    if (error instanceof Rejection) return undefined;
    throw error;
  }
}
