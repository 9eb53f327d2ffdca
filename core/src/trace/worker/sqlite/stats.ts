import { type Kysely, type RawBuilder, sql } from 'kysely';
import { defined } from '@dragoman/plugin';
import type { StatsGroup, StatsQuery, StatsRow } from '../../query.ts';
import { matches } from './filter.ts';
import type { Tables } from './tables.ts';

const GROUPS = {
  model: sql<string>`coalesce(model, '')`,
  upstream: sql<string>`coalesce(upstream, '')`,
  key: sql<string>`coalesce(key_name, '')`,
  outcome: sql<string>`outcome`,
  error: sql<string>`coalesce(error_kind, '')`,
} as const satisfies Record<StatsGroup, RawBuilder<string>>;

interface Raw {
  readonly at: number;
  readonly grp: string;
  readonly requests: number;
  readonly errors: number;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly cost: number | null;
  readonly unpriced: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly t50: number | null;
  readonly t95: number | null;
}

/** Aggregates traces by time, by a property, or all together. Percentiles are exact. */
export async function readStats(db: Kysely<Tables>, query: StatsQuery): Promise<readonly StatsRow[]> {
  const { bucketSeconds, by } = query;
  const bucketMs = (bucketSeconds ?? 0) * 1000;
  const at = bucketMs > 0 ? sql<number>`started_at - started_at % ${sql.lit(bucketMs)}` : sql<number>`0`;
  const group = by ? GROUPS[by] : sql<string>`''`;
  const ranked = db
    .selectFrom('traces')
    .where((eb) => matches(eb, query))
    // Requests without a key must not distort the statistics.
    .$if(query.outcome !== 'refused', (rows) => rows.where('outcome', '!=', 'refused'))
    .select([
      at.as('at'),
      group.as('grp'),
      'ms',
      'ttft_ms',
      'outcome',
      'input_tokens',
      'output_tokens',
      'cost',
      sql<number>`row_number() over (partition by ${at}, ${group} order by ms)`.as('ms_rank'),
      sql<number>`count(*) over (partition by ${at}, ${group})`.as('ms_count'),
      sql<number>`row_number() over (partition by ${at}, ${group}, ttft_ms is null order by ttft_ms)`.as(
        'ttft_rank',
      ),
      sql<number>`count(ttft_ms) over (partition by ${at}, ${group})`.as('ttft_count'),
    ]);
  const rows = await db
    .selectFrom(ranked.as('ranked'))
    .select([
      'at',
      'grp',
      sql<number>`count(*)`.as('requests'),
      sql<number>`sum(outcome = 'error')`.as('errors'),
      sql<number | null>`sum(input_tokens)`.as('input_tokens'),
      sql<number | null>`sum(output_tokens)`.as('output_tokens'),
      sql<number | null>`sum(cost)`.as('cost'),
      sql<number>`sum(cost is null and output_tokens is not null)`.as('unpriced'),
      percentile('ms', 50).as('p50'),
      percentile('ms', 95).as('p95'),
      percentile('ms', 99).as('p99'),
      percentile('ttft_ms', 50).as('t50'),
      percentile('ttft_ms', 95).as('t95'),
    ])
    .groupBy(['at', 'grp'])
    .orderBy('at')
    .orderBy('requests', 'desc')
    .execute();
  return rows.map((row) => toStats(row, query));
}

function percentile(column: 'ms' | 'ttft_ms', percent: number): RawBuilder<number | null> {
  const [rank, count] = column === 'ms' ? [sql`ms_rank`, sql`ms_count`] : [sql`ttft_rank`, sql`ttft_count`];
  const place = sql`max(1, (${count} * ${sql.lit(percent)} + 99) / 100)`;
  return sql<number | null>`max(case when ${rank} = ${place} then ${sql.ref(column)} end)`;
}

function toStats(row: Raw, { bucketSeconds, by }: StatsQuery): StatsRow {
  return defined({
    at: bucketSeconds === undefined ? undefined : row.at,
    group: by === undefined ? undefined : row.grp,
    requests: row.requests,
    errors: row.errors,
    inputTokens: row.input_tokens ?? 0,
    outputTokens: row.output_tokens ?? 0,
    cost: row.cost ?? 0,
    unpriced: row.unpriced,
    p50Ms: row.p50,
    p95Ms: row.p95,
    p99Ms: row.p99,
    p50TtftMs: row.t50,
    p95TtftMs: row.t95,
  });
}
