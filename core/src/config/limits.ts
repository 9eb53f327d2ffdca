import { z } from 'zod';

const count = z.int().min(0);
const dollars = z.number().min(0);

/** What a key, a model or an upstream may take. Days and months are those of UTC; money is US dollars. */
export const limitsSchema = z.strictObject({
  requestsPerMinute: count.optional().describe('Requests in a minute.'),
  tokensPerMinute: count.optional().describe('Tokens of prompts and answers in a minute.'),
  tokensPerDay: count.optional().describe('Tokens of prompts and answers in a day (UTC).'),
  concurrentRequests: count.optional().describe('Requests at the same time.'),
  costPerDay: dollars.optional().describe('US dollars in a day (UTC).'),
  costPerMonth: dollars.optional().describe('US dollars in a month (UTC).'),
  costTotal: dollars.optional().describe('US dollars, for good.'),
});
export type Limits = Readonly<z.output<typeof limitsSchema>>;

const rate = z.number().min(0);

/** What a model costs, in US dollars per million tokens. */
export const priceSchema = z.strictObject({
  input: rate.describe('Tokens of the prompt.'),
  output: rate.describe('Tokens of the answer.'),
  cacheRead: rate.optional().describe('Tokens of the prompt that were in a cache. Default: as `input`.'),
  cacheWrite: rate.optional().describe('Tokens of the prompt put in a cache. Default: as `input`.'),
});
export type Price = Readonly<z.output<typeof priceSchema>>;

/** By model name, where `*` stands for any text; `upstream/model` is for one upstream only. Later rows count more. */
export const pricesSchema = z.record(z.string().min(1), priceSchema);
export type PriceTable = Readonly<z.output<typeof pricesSchema>>;
