import { encodeUrlPart } from './url-part.ts';

/** The secrets of upstreams, as they may appear in recorded data. */
export interface Secrets {
  /** Credentials, in every form that may appear in a text. */
  readonly values: readonly string[];
  /** Names of headers whose values are secret, in lower case. */
  readonly headers: readonly string[];
}

export const NO_SECRETS: Secrets = { values: [], headers: [] };

/** Replaces redacted content. */
export const LEFT_OUT = '[redacted]';

/** Shorter values are not credentials, and may be ordinary words. */
const MIN_SECRET = 8;

/** An authentication scheme before a credential: a common one, or any word before a single other one. */
const SCHEME = /^(?:(?:Bearer|Basic|Token) +|[a-z][\w-]{0,31} +(?=\S+$))/i;

/** A value with and without its scheme, longest first; none if too short. */
export function secretsIn(value: string): readonly string[] {
  const whole = value.trim();
  return [...new Set([whole, whole.replace(SCHEME, '')])].filter((one) => one.length >= MIN_SECRET);
}

/** A value with and without its scheme: as is, JSON-escaped and URL-encoded. */
export function formsOf(value: string): readonly string[] {
  const forms = secretsIn(value).flatMap((one) => [
    one,
    JSON.stringify(one).slice(1, -1),
    encodeUrlPart(one),
  ]);
  return [...new Set(forms)];
}

/** Redacts the values in a text, longest first, since a value may contain another. */
export function replaceSecrets(text: string, { values }: Secrets): string {
  return values.reduce((rest, value) => rest.replaceAll(value, LEFT_OUT), text);
}
