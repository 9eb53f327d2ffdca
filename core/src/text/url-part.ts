/**
 * Text of any origin as one segment of a path or one value of a query. `encodeURIComponent` alone throws on half of
 * a surrogate pair, which JSON can bring.
 */
export function encodeUrlPart(text: string): string {
  // oxlint-disable-next-line no-restricted-globals -- the text is well-formed here
  return encodeURIComponent(text.toWellFormed());
}
