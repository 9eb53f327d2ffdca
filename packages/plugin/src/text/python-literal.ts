const WORDS: Readonly<Record<string, string>> = { true: 'True', false: 'False', null: 'None' };

/** A value as a Python literal, over several lines. JSON is nearly Python: three words differ. */
export function pythonLiteral(value: unknown): string {
  // Texts are matched whole, so that the words in them stay.
  return JSON.stringify(value, undefined, 2).replaceAll(
    /"(?:[^"\\]|\\.)*"|\b(?:true|false|null)\b/g,
    (found) => WORDS[found] ?? found,
  );
}
