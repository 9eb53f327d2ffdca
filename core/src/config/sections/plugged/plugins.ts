import { z } from 'zod';
import type { Plugin } from '@dragoman/plugin';
import { apiProblems } from '../../../registry/api-fit.ts';
import { pluginProblems } from '../../../registry/containment/plugin-shape.ts';
import { findClashes } from '../../../registry/registry.ts';
import { type ConfigFields, readSection, type Section } from '../../section.ts';

const schema = z.array(
  z.custom<Plugin>(
    (value) => typeof value === 'object' && value !== null,
    'expected a plugin, such as echo(); is the call missing?',
  ),
);

export function resolvePlugins({ plugins: input }: ConfigFields): Section<readonly Plugin[]> {
  const { value, problems } = readSection({ name: 'plugins', schema, input, standIn: [] });
  const misfits = apiProblems(value);
  if (misfits.length > 0) return { value: [], problems: [...problems, ...misfits] };
  const wrong = value.flatMap((plugin, at) => pluginProblems(plugin, ['plugins', at]));
  if (wrong.length > 0) return { value: [], problems: [...problems, ...wrong] };
  const clashes = findClashes(value).map((message) => ({ path: 'plugins', message }));
  return { value, problems: [...problems, ...clashes] };
}
