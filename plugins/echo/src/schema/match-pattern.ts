import { type Context, createContext, Script } from 'node:vm';

const TIME_LIMIT_MS = 20;

let sandbox: Context | undefined;

/**
 * Whether a text matches a client's pattern. The pattern may be built to take for ever, and only a script's time
 * limit can interrupt a regular expression.
 */
export function matchPattern(pattern: string, text: string): boolean {
  sandbox ??= createContext({});
  const source = `new RegExp(${JSON.stringify(pattern)}, 'u').test(${JSON.stringify(text)})`;
  try {
    return new Script(source).runInContext(sandbox, { timeout: TIME_LIMIT_MS }) === true;
  } catch {
    return false;
  }
}
