import { type Kysely, sql } from 'kysely';
import type { ThreadQuery, ThreadRow } from '../../query.ts';
import type { Tables } from './tables.ts';

/** Lists conversations, latest request first. */
export function listThreads(db: Kysely<Tables>, { from, limit }: ThreadQuery): Promise<readonly ThreadRow[]> {
  let rows = db
    .selectFrom('traces')
    .where('thread', 'is not', null)
    .groupBy('thread')
    .select((eb) => [
      eb.ref('thread').$notNull().as('thread'),
      eb.fn.countAll<number>().as('requests'),
      sql<number>`sum(outcome = 'error')`.as('errors'),
      sql<number>`coalesce(sum(json_array_length(tools)), 0)`.as('toolCalls'),
      eb.fn.min('started_at').as('firstAt'),
      eb.fn.max('started_at').as('lastAt'),
      sql<number>`coalesce(sum(input_tokens), 0)`.as('inputTokens'),
      sql<number>`coalesce(sum(output_tokens), 0)`.as('outputTokens'),
      sql<number>`coalesce(sum(cost), 0)`.as('cost'),
    ])
    .orderBy('lastAt', 'desc')
    .limit(limit);
  if (from !== undefined) rows = rows.where('started_at', '>=', from);
  return rows.execute();
}
