import { Script } from 'node:vm';

/**
 * Whether a text matches a client's pattern. The pattern may be built to take for ever, and only a script's time
 * limit can interrupt a regular expression.
 */
export function matchPattern(pattern: string, text: string): boolean {
  const source = `new RegExp(${JSON.stringify(pattern)}, 'u').test(${JSON.stringify(text)})`;
  try {
    return new Script(source).runInNewContext({}, { timeout: 20 }) === true;
  } catch {
    return false;
  }
}
