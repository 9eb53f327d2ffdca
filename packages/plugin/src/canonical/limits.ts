import { z } from 'zod';

const count = z.int().min(0);
const dollars = z.number().min(0);

/** The limits of a key, model or upstream. Days and months are in UTC; money is in US dollars. */
export const limitsSchema = z.strictObject({
  requestsPerMinute: count.optional().describe('Requests per minute.'),
  tokensPerMinute: count.optional().describe('Prompt and answer tokens per minute.'),
  tokensPerDay: count.optional().describe('Prompt and answer tokens per day (UTC).'),
  concurrentRequests: count.optional().describe('Concurrent requests.'),
  costPerDay: dollars.optional().describe('US dollars per day (UTC).'),
  costPerMonth: dollars.optional().describe('US dollars per month (UTC).'),
  costTotal: dollars.optional().describe('US dollars in total.'),
});
export type Limits = Readonly<z.output<typeof limitsSchema>>;

const MAX_RATE = 1_000_000;
const rate = z.number().min(0).max(MAX_RATE);

/** What a model costs, in US dollars per million tokens. */
export const priceSchema = z.strictObject({
  input: rate.describe('Prompt tokens.'),
  output: rate.describe('Answer tokens.'),
  cacheRead: rate.optional().describe('Prompt tokens read from a cache. Default: same as `input`.'),
  cacheWrite: rate.optional().describe('Prompt tokens written to a cache. Default: same as `input`.'),
  request: rate.optional().describe('US dollars per request, in addition to its tokens. Default: 0.'),
});
export type Price = Readonly<z.output<typeof priceSchema>>;

/**
 * What to do with requests under a cost limit when their model's price is unknown: refuse them, serve them as free, or
 * charge this many US dollars per million tokens.
 */
export type UnknownPrice = (typeof UNKNOWN)[number] | number;
const UNKNOWN = ['refuse', 'allow'] as const;

/** By model name, where `*` matches any text; `upstream/model` is for one upstream only. Later rows win. */
export type PriceTable = Readonly<Record<string, Price>>;

export interface PriceConfig {
  readonly table: PriceTable;
  readonly unknown: UnknownPrice;
}

/** Prices by model, and `unknown`. A price object by that name is the price of a model called `unknown`. */
export const pricesSchema: z.ZodType<PriceConfig> = z
  .object({ unknown: z.union([z.enum(UNKNOWN), rate, priceSchema]).optional() })
  .catchall(priceSchema)
  .transform(({ unknown = 'refuse', ...table }): PriceConfig => {
    if (typeof unknown !== 'object') return { table, unknown };
    return { table: { ...table, unknown }, unknown: 'refuse' };
  });
