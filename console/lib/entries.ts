/** The entries of a text with commas or lines, without the space around them. */
export function entriesOf(text: string, separator: ',' | '\n'): readonly string[] {
  const entries = text.split(separator).map((entry) => entry.trim());
  return entries.filter((entry) => entry !== '');
}
