import { encodeUrlPart } from '../transport/url-part.ts';

/** The secrets of upstreams, as they may appear in what is recorded. */
export interface Secrets {
  /** Credentials in every form that a text may hold them in. */
  readonly values: readonly string[];
  /** Names of headers whose values are secret, in lower case. */
  readonly headers: readonly string[];
}

export const NO_SECRETS: Secrets = { values: [], headers: [] };

/** What stands in the place of what is not kept. */
export const LEFT_OUT = '[redacted]';

/** A shorter value is no credential, but may well be a word of a text. */
export const MIN_SECRET = 8;

/** A value without its scheme: as it is, as it stands in JSON, and as it stands in a URL. */
export function formsOf(value: string): readonly string[] {
  const bare = value.trim().replace(/^(?:Bearer|Basic|Token) +/i, '');
  if (bare.length < MIN_SECRET) return [];
  return [...new Set([bare, JSON.stringify(bare).slice(1, -1), encodeUrlPart(bare)])];
}

/** The text without any of the values. Longer ones come first, as a value may contain another. */
export function replaceSecrets(text: string, { values }: Secrets): string {
  return values.reduce((rest, value) => rest.replaceAll(value, LEFT_OUT), text);
}
