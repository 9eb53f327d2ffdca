import { routingSchema } from '../routing.ts';
import type { ResolvedConfig } from '../resolved.ts';
import { type ConfigFields, readSection, type Section } from '../section.ts';

export function resolveRouting({ routing: input }: ConfigFields): Section<ResolvedConfig['routing']> {
  const schema = routingSchema.prefault({});
  return readSection({ name: 'routing', schema, input, standIn: schema.parse({}) });
}
