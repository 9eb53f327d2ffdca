/** Any text as one path segment or query value. `encodeURIComponent` alone throws on lone surrogates, which JSON can contain. */
export function encodeUrlPart(text: string): string {
  // oxlint-disable-next-line no-restricted-globals -- the text is well-formed here
  return encodeURIComponent(text.toWellFormed());
}
