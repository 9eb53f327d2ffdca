/** Run by `dragoman plugin check` in a process of its own: `inspect-package <package> <folder>`. */
import type { Plugin } from '@dragoman/plugin';
import { apiProblems } from '../../../../registry/api-fit.ts';
import { describeThrown } from '../../../../registry/containment/describe-thrown.ts';
import { pluginProblems } from '../../../../registry/containment/plugin-shape.ts';
import { importFrom } from '../import-from.ts';

const [, , name = '', place = ''] = process.argv;
const found: string[] = [];
const problems: string[] = [];

async function inspect(): Promise<void> {
  const exported = await importFrom(place, name);
  const factories = Object.entries(exported).filter(([, value]) => typeof value === 'function');
  for (const [key, factory] of factories) look(key, factory as () => unknown);
  if (found.length === 0 && problems.length === 0) problems.push(`${name} exports no plugin.`);
}

const META = 'Add `meta: { version: packageVersion(import.meta.url), apiVersion: 1 }`.';

/** What a factory makes cannot be checked if it needs options, which are not known here. */
function look(key: string, factory: (options: object) => unknown): void {
  let made: unknown;
  try {
    made = factory({});
  } catch (error) {
    found.push(`${key}: needs options, so what it makes was not checked (${describeThrown(error)}).`);
    return;
  }
  if (typeof (made as Plugin | undefined)?.name !== 'string') return;
  const wrong = pluginProblems(made, []);
  problems.push(...wrong.map(({ path, message }) => `${key}: ${path} ${message}.`));
  const plugin = made as Plugin;
  problems.push(...apiProblems([plugin]).map(({ message }) => `${key}: ${message}.`));
  if (plugin.meta === undefined) problems.push(`${key}: it does not say what it was written for. ${META}`);
  found.push(`${key}: ${contributions(plugin)}.`);
}

function contributions(plugin: Plugin): string {
  const kinds = Object.entries(plugin).flatMap(([kind, value]) =>
    Array.isArray(value)
      ? [`${kind} ${value.map((one: { readonly name?: string }) => one.name ?? '').join(', ')}`]
      : [],
  );
  const observes = plugin.createObserver === undefined ? [] : ['an observer'];
  return `plugin ${plugin.name} with ${[...kinds, ...observes].join('; ') || 'nothing'}`;
}

try {
  await inspect();
} catch (error) {
  problems.push(`${name} cannot be imported: ${describeThrown(error)}`);
}
process.stdout.write(`\n${JSON.stringify({ found, problems })}\n`);
process.exit();
