import { encodeUrlPart } from './url-part.ts';

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
const MIN_SECRET = 8;

/** A scheme in front of a credential: a usual one, or any word before a single other one. */
const SCHEME = /^(?:(?:Bearer|Basic|Token) +|[a-z][\w-]{0,31} +(?=\S+$))/i;

/** A value and what it is without its scheme, the longer one first; none where they are too short. */
export function secretsIn(value: string): readonly string[] {
  const whole = value.trim();
  return [...new Set([whole, whole.replace(SCHEME, '')])].filter((one) => one.length >= MIN_SECRET);
}

/** A value, with and without its scheme: as it is, as it stands in JSON, and as it stands in a URL. */
export function formsOf(value: string): readonly string[] {
  const forms = secretsIn(value).flatMap((one) => [
    one,
    JSON.stringify(one).slice(1, -1),
    encodeUrlPart(one),
  ]);
  return [...new Set(forms)];
}

/** The text without any of the values. Longer ones come first, as a value may contain another. */
export function replaceSecrets(text: string, { values }: Secrets): string {
  return values.reduce((rest, value) => rest.replaceAll(value, LEFT_OUT), text);
}
