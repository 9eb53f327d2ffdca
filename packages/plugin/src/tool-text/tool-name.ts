import type { Reading, TextReader } from './text-reader.ts';

/** What a name cannot contain outside of JSON, because it would be markup. */
const NAME_END = /[\s<>{}[\]()"'`,;|=\\]/g;
const NAME = /^[^\s<>{}[\]()"'`,;|=\\]{1,128}$/;
const MAX_NAME = 128;

/** Whether a text can be the name of a tool. */
export function isToolName(text: string): boolean {
  return NAME.test(text);
}

/** Takes the name of a tool. `undefined`: none is next. */
export function* readToolName(text: TextReader): Reading<string | undefined> {
  const name = yield* text.until(NAME_END, MAX_NAME);
  return isToolName(name) ? name : undefined;
}
