/** What is to be written into a config file. */
export interface NewPlugin {
  readonly packageName: string;
  /** The name of the factory that the package exports. */
  readonly factory: string;
}

/** The edited text, or why it is not safe to edit it. */
export type EditedConfig = { readonly text: string } | { readonly problem: string };

/** A plain list of calls. Anything more complex has to be edited by hand. */
const PLUGINS = /^([\t ]*plugins:[\t ]*\[)([^[\]/]*)\]/gm;

/** The last import of the file, which may have several lines. */
const IMPORTS = /^import\s[^;]*?['"][^'"\n]+['"];?[^\S\n]*\n/gm;

/** Adds a plugin to the text of a config file: its import, and its call at the end of `plugins: […]`. */
export function editConfig(config: string, { packageName, factory }: NewPlugin): EditedConfig {
  if (config.includes(`'${packageName}'`) || config.includes(`"${packageName}"`))
    return { problem: `it imports ${packageName} already` };
  if (new RegExp(`\\b${factory}\\b`).test(config)) return { problem: `it has another ${factory} already` };
  const lists = [...config.matchAll(PLUGINS)];
  const [list] = lists;
  if (!list || lists.length > 1) return { problem: 'it has no plain list `plugins: […]`' };
  const lastImport = [...config.matchAll(IMPORTS)].at(-1);
  const [, start = '', calls = ''] = list;
  const inner = calls.trimEnd();
  const separator = inner.trim() === '' || inner.endsWith(',') ? '' : ',';
  const space = inner.includes('\n')
    ? `\n${/\n([^\S\n]*)\S/.exec(inner)?.[1] ?? '    '}`
    : inner.trim() === ''
      ? ''
      : ' ';
  const tail = inner.includes('\n') ? `,${calls.slice(inner.length)}` : calls.slice(inner.length);
  const at = list.index + start.length;
  const edited =
    config.slice(0, at) + `${inner}${separator}${space}${factory}()${tail}` + config.slice(at + calls.length);
  const importAt = lastImport ? lastImport.index + lastImport[0].length : 0;
  const line = `import { ${factory} } from '${packageName}';\n`;
  return { text: edited.slice(0, importAt) + line + edited.slice(importAt) };
}
