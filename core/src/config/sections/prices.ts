import { pricesSchema } from '../limits.ts';
import type { ResolvedConfig } from '../resolved.ts';
import { type ConfigFields, readSection, type Section } from '../section.ts';

export function resolvePrices({ prices: input }: ConfigFields): Section<ResolvedConfig['prices']> {
  return readSection({ name: 'prices', schema: pricesSchema.default({}), input, standIn: {} });
}
