import { calcPrice, findProvider, type ModelPrice } from '@pydantic/genai-prices';
import { LRUCache } from 'lru-cache';
import { defined, type ProviderType, type Usage } from '@dragoman/plugin';
import { matchesPattern } from '@dragoman/plugin/internal/text/pattern';
import type {
  Price,
  PriceConfig,
  PriceTable,
  UnknownPrice,
} from '@dragoman/plugin/internal/canonical/limits';
import type { UpstreamConfig } from '../config/upstream.ts';

/** What models cost, in US dollars: from the config, else from a table of public APIs. */
export interface Prices {
  /** `undefined` if the price is unknown. */
  costOf(usage: Usage, of: PricedModel): number | undefined;
  /** Whether requests to a model may count towards a cost limit. */
  isPayable(of: PricedModel): boolean;
  /** Whether each request to a model has a price of its own. */
  isPricedByRequest(of: PricedModel): boolean;
}

export interface PricedModel {
  /** The upstream that serves it. */
  readonly upstream: { readonly config: UpstreamConfig; readonly type: Pick<ProviderType, 'name' | 'price'> };
  readonly model: string;
}

const PER_MILLION = 1_000_000;

export function createPrices(config: () => PriceConfig, now: () => number = Date.now): Prices {
  const publicPriceOf = rememberPrices(now);
  const prices: Prices = {
    costOf(usage, priced) {
      const { table, unknown } = config();
      const own = ownPrice(table, priced);
      if (own) return costBy(own, usage);
      const price = publicPriceOf(priced);
      if (price) return usage.input > price.longFrom ? publicCost(usage, priced) : costBy(price, usage);
      const usual = priced.upstream.type.price ?? fixedPrice(unknown);
      return usual && costBy(usual, usage);
    },
    isPayable: (priced) => config().unknown === 'allow' || prices.costOf(NO_USAGE, priced) !== undefined,
    isPricedByRequest: (priced) => (ownPrice(config().table, priced)?.request ?? 0) > 0,
  };
  return prices;
}

const NO_USAGE: Usage = { input: 0, output: 0 };

function fixedPrice(unknown: UnknownPrice): Price | undefined {
  return typeof unknown === 'number' ? { input: unknown, output: unknown } : undefined;
}

function ownPrice(table: PriceTable, { upstream, model }: PricedModel): Price | undefined {
  const names = [model, `${upstream.config.id}/${model}`];
  return Object.entries(table).findLast(([pattern]) =>
    names.some((name) => matchesPattern(pattern, name)),
  )?.[1];
}

function costBy(price: Price, usage: Usage): number {
  const { input, output, cacheRead = input, cacheWrite = input, request = 0 } = price;
  const read = usage.cacheRead ?? 0;
  const written = usage.cacheWrite ?? 0;
  // An upstream that counts cached tokens in addition to the prompt must not make the rest negative.
  const fresh = Math.max(usage.input - read - written, 0);
  const tokens = fresh * input + read * cacheRead + written * cacheWrite + usage.output * output;
  return request + tokens / PER_MILLION;
}

/** A price that applies to prompts up to a length. */
interface PublicPrice extends Price {
  readonly longFrom: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_REMEMBERED = 10_000;

/** Cached: a lookup is slow for the request path, and prices change on few days. */
function rememberPrices(now: () => number): (priced: PricedModel) => PublicPrice | undefined {
  const known = new LRUCache<string, PublicPrice | 'unknown'>({ max: MAX_REMEMBERED });
  let day = Number.NaN;
  return ({ upstream, model }) => {
    const today = Math.floor(now() / DAY_MS);
    if (today !== day) known.clear();
    day = today;
    const { baseUrl } = upstream.config.options;
    if (typeof baseUrl !== 'string') return undefined;
    const name = `${baseUrl} ${model}`;
    let price = known.get(name);
    if (!price) known.set(name, (price = lookUp(baseUrl, model) ?? 'unknown'));
    return price === 'unknown' ? undefined : price;
  };
}

function lookUp(providerApiUrl: string, model: string): PublicPrice | undefined {
  if (!findProvider({ providerApiUrl })) return undefined;
  const prices = calcPrice({ input_tokens: 1, output_tokens: 1 }, model, { providerApiUrl })?.model_price;
  const [input, output] = [baseOf(prices?.['input_mtok']), baseOf(prices?.['output_mtok'])];
  if (!prices || input === undefined || output === undefined) return undefined;
  const [cacheRead, cacheWrite] = [baseOf(prices['cache_read_mtok']), baseOf(prices['cache_write_mtok'])];
  const starts = Object.values(prices).flatMap((price) =>
    typeof price === 'object' ? price.tiers.map(({ start }) => start) : [],
  );
  return defined({ input, output, cacheRead, cacheWrite, longFrom: Math.min(Infinity, ...starts) });
}

function baseOf(price: ModelPrice[string]): number | undefined {
  return typeof price === 'object' ? price.base : price;
}

/** By the API's address, not by the model's name alone: self-hosted models have no list price. */
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
