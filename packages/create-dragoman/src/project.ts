import { readTemplate } from './template.ts';
import { packagesOf, withRanges } from './versions.ts';

/** The files of a new project by their paths. */
export function projectFiles(name: string): ReadonlyMap<string, string> {
  const files = new Map(readTemplate());
  const edit = (path: string, change: (text: string) => string): void =>
    void files.set(path, change(files.get(path) ?? ''));
  edit('gateway.config.ts', withHello);
  edit('README.md', (text) => text.replaceAll('{{name}}', name));
  const sources = [...files].filter(([path]) => path.endsWith('.ts')).map(([, text]) => text);
  const manifest = {
    name,
    private: true,
    type: 'module',
    scripts: { start: 'dragoman start', dev: 'dragoman start --watch', check: 'tsc' },
    dependencies: withRanges(packagesOf(sources)),
    devDependencies: withRanges(['@types/node', 'typescript']),
  };
  return files.set('package.json', `${JSON.stringify(manifest, undefined, 2)}\n`);
}

const HELLO = './plugins/hello.ts';

/** `npx dragoman` starts without a project, so the config it writes does not have the plugin beside it. */
function withHello(config: string): string {
  return config
    .replace("from 'dragoman';\n", `from 'dragoman';\nimport { hello } from '${HELLO}';\n`)
    .replace(/plugins: \[[^\]]*/, '$&, hello()')
    .replace(/( *)\{ id: 'echo', provider: 'echo' \},\n/, "$&$1{ id: 'hello', provider: 'hello' },\n");
}
