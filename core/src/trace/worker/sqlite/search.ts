import { type RawBuilder, sql } from 'kysely';

/** A search for a very common word must not read every trace. */
const NEWEST = 10_000;

/** The traces whose texts match the whole search. */
export function searchTexts(search: string): RawBuilder<number> {
  const match = queryOf(search);
  if (match === undefined) return sql<number>`(select 0 where false)`;
  return sql<number>`(select rowid from trace_texts where trace_texts match ${match} order by rowid desc limit ${sql.lit(NEWEST)})`;
}

const IDEOGRAPH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/gu;

/** Scripts without spaces are searched character by character, as phrases. */
export function spaced(text: string): string {
  return text.replaceAll(IDEOGRAPH, ' $& ');
}

/** Words, as prefixes; in quotes, a phrase. Anything else with a meaning in FTS syntax is plain text here. */
function queryOf(search: string): string | undefined {
  const terms = [...search.matchAll(/"([^"]+)"?|(\S+)/g)].flatMap(([, phrase, word]) => {
    const text = spaced(phrase ?? word ?? '')
      .replaceAll('"', ' ')
      .trim();
    // Punctuation alone is not indexed.
    if (!/[\p{L}\p{N}]/u.test(text)) return [];
    return [phrase === undefined ? `"${text}"*` : `"${text}"`];
  });
  return terms.length > 0 ? terms.join(' ') : undefined;
}
