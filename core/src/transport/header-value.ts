declare const VALID: unique symbol;

/** A header value that is valid by construction: short, printable ASCII. */
export type HeaderValue = string & { readonly [VALID]: true };

/** Enough for any real name, and far below the header limits of clients and proxies. */
const MOST_CHARACTERS = 512;

const PRINTABLE = /^[\x21-\x7e]*$/;

/** Any text as a header value: percent-encoded beyond printable ASCII, and truncated. */
export function headerValue(text: string): HeaderValue {
  const short = text.length > MOST_CHARACTERS ? text.slice(0, MOST_CHARACTERS) : text;
  return (PRINTABLE.test(short) ? short : encodeUrl(short)) as HeaderValue;
}

export function headerNumber(value: number): HeaderValue {
  return String(value) as HeaderValue;
}

function encodeUrl(text: string): string {
  // oxlint-disable-next-line no-restricted-globals -- the text is well-formed here
  return encodeURI(text.toWellFormed());
}
