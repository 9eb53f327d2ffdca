import { type RawBuilder, sql } from 'kysely';

/** A search for a word that every trace holds must not read all of them. */
const NEWEST = 10_000;

/** The traces whose texts hold all of what is searched for. */
export function searchTexts(search: string): RawBuilder<number> {
  const match = queryOf(search);
  if (match === undefined) return sql<number>`(select 0 where false)`;
  return sql<number>`(select rowid from trace_texts where trace_texts match ${match} order by rowid desc limit ${sql.lit(NEWEST)})`;
}

const IDEOGRAPH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/gu;

/** Scripts without spaces are searched letter by letter, in the order in which they stand. */
export function spaced(text: string): string {
  return text.replaceAll(IDEOGRAPH, ' $& ');
}

/** Words, each of which may go on; in quotes, a phrase. Whatever else means something to the search is text here. */
function queryOf(search: string): string | undefined {
  const terms = [...search.matchAll(/"([^"]+)"?|(\S+)/g)].flatMap(([, phrase, word]) => {
    const text = spaced(phrase ?? word ?? '')
      .replaceAll('"', ' ')
      .trim();
    // Signs alone are no words to the index.
    if (!/[\p{L}\p{N}]/u.test(text)) return [];
    return [phrase === undefined ? `"${text}"*` : `"${text}"`];
  });
  return terms.length > 0 ? terms.join(' ') : undefined;
}
