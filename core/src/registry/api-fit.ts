import { API_VERSION, type Plugin } from '@dragoman/plugin';
import type { ConfigProblem } from '../validation/config-error.ts';

/**
 * What is wrong with plugins that were written for another version of the plugin API. They are refused before their
 * shape is checked, which may be right in that version.
 */
export function apiProblems(plugins: readonly Plugin[]): readonly ConfigProblem[] {
  return plugins.flatMap(({ name, meta }, at) => {
    const wanted: unknown = meta?.apiVersion;
    if (!Number.isInteger(wanted) || wanted === API_VERSION) return [];
    const remedy =
      Number(wanted) > API_VERSION
        ? 'update Dragoman, or install an earlier version of the plugin'
        : 'update the plugin';
    const message =
      `the plugin ${JSON.stringify(name)} ${meta?.version} was written for version ${String(wanted)} of the plugin API, ` +
      `and this gateway has version ${API_VERSION}: ${remedy}`;
    return [{ path: `plugins[${at}]`, message }];
  });
}

/** The names of plugins that do not say which version of the plugin API they were written for. */
export function unversioned(plugins: readonly Plugin[]): readonly string[] {
  return plugins.filter(({ meta }) => meta === undefined).map(({ name }) => name);
}
