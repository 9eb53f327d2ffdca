import { calcPrice, findProvider } from '@pydantic/genai-prices';
import type { Usage } from '../canonical/chat.ts';
import { matchesPattern } from '../config/pattern.ts';
import type { Price, PriceTable } from '../config/limits.ts';
import type { Upstream } from '../routing/upstream.ts';

/** What models cost, in US dollars: by the config, else by a table of the public APIs. */
export interface Prices {
  /** `undefined` when the price is not known. */
  costOf(usage: Usage, of: PricedModel): number | undefined;
}

export interface PricedModel {
  readonly upstream: Upstream;
  readonly model: string;
}

const PER_MILLION = 1_000_000;

export function createPrices(table: () => PriceTable): Prices {
  return {
    costOf(usage, priced) {
      const own = ownPrice(table(), priced);
      return own ? costBy(own, usage) : publicCost(usage, priced);
    },
  };
}

function ownPrice(table: PriceTable, { upstream, model }: PricedModel): Price | undefined {
  const names = [model, `${upstream.config.id}/${model}`];
  return Object.entries(table).findLast(([pattern]) =>
    names.some((name) => matchesPattern(pattern, name)),
  )?.[1];
}

function costBy({ input, output, cacheRead = input, cacheWrite = input }: Price, usage: Usage): number {
  const read = usage.cacheRead ?? 0;
  const written = usage.cacheWrite ?? 0;
  // An upstream that counts the cache's tokens beside the prompt's must not make the rest negative.
  const fresh = Math.max(usage.input - read - written, 0);
  return (fresh * input + read * cacheRead + written * cacheWrite + usage.output * output) / PER_MILLION;
}

/** By the address of the API and not by the model's name alone: who serves a model himself pays no list price. */
function publicCost(usage: Usage, { upstream, model }: PricedModel): number | undefined {
  const { baseUrl } = upstream.config.options;
  if (typeof baseUrl !== 'string' || !findProvider({ providerApiUrl: baseUrl })) return undefined;
  const read = Math.min(usage.cacheRead ?? 0, usage.input);
  const counted = {
    input_tokens: usage.input,
    output_tokens: usage.output,
    cache_read_tokens: read,
    cache_write_tokens: Math.min(usage.cacheWrite ?? 0, usage.input - read),
  };
  return calcPrice(counted, model, { providerApiUrl: baseUrl })?.total_price;
}
