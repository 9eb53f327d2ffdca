import { type PriceConfig, pricesSchema } from '@dragoman/plugin/internal/canonical/limits';
import { type ConfigFields, readSection, type Section } from '../section.ts';

const NONE: PriceConfig = { table: {}, unknown: 'refuse' };

export function resolvePrices({ prices: input }: ConfigFields): Section<PriceConfig> {
  return readSection({ name: 'prices', schema: pricesSchema.prefault({}), input, standIn: NONE });
}
