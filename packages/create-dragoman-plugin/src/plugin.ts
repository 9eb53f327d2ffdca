import { fileURLToPath } from 'node:url';
import { packagesOf, readTemplate, withRanges } from 'create-dragoman';
import type { Kind } from './kinds.ts';

const templateOf = (name: string): ReadonlyMap<string, string> =>
  readTemplate(fileURLToPath(new URL(`../template/${name}`, import.meta.url)));

/** What the README shows: a file, so that the compiler checks it. */
const README_CONFIG = 'readme/gateway.config.ts';

/** The first questions of kinds that a greeting does not show at work. */
const QUESTIONS: Readonly<Partial<Record<Kind, string>>> = {
  hook: '"Have you seen a unicorn?"',
  'tool-format': '"How is the weather in Oslo?" --tool get_weather',
};

/** The files of a new plugin by their paths. The templates are plugins, too: they are called `acme`. */
export function pluginFiles(folder: string, kind: Kind): ReadonlyMap<string, string> {
  const name = folder.replace(/^dragoman-plugin-/, '');
  const packageName = `dragoman-plugin-${name}`;
  const template = new Map([...templateOf('common'), ...templateOf(kind)]);
  const config = template.get(README_CONFIG)?.replace('../src/index.ts', '{{package}}') ?? '';
  const block = `\`\`\`ts\n${config}\`\`\``;
  template.delete(README_CONFIG);
  const texts = [...template].map(([path, text]) => [path, text.replace('{{config}}', block)] as const);
  const files = new Map(texts.map(([path, text]) => [path, renamed(text, { name, packageName })]));
  return files.set('package.json', manifestOf(packageName, kind, files));
}

interface Names {
  readonly name: string;
  readonly packageName: string;
}

function renamed(text: string, { name, packageName }: Names): string {
  const words = name.split(/[^a-z0-9]+/).filter((word) => word !== '');
  const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
  const [first = '', ...rest] = words;
  const identifier = [first.replace(/^\d+/, ''), ...rest.map(capital)].join('') || 'plugin';
  const sentence = words.map((word, at) => (at === 0 ? capital(word) : word)).join(' ');
  return text
    .replaceAll('{{package}}', packageName)
    .replaceAll('ACME', words.join('_').toUpperCase())
    .replaceAll('Acme', sentence)
    .replaceAll(/(?<=['/]|\bx-)acme(?=['/,-])/g, name)
    .replaceAll('acme', identifier);
}

function manifestOf(name: string, kind: Kind, files: ReadonlyMap<string, string>): string {
  const sources = [...files].filter(([path]) => path.endsWith('.ts'));
  const shipped = sources.filter(([path]) => path.startsWith('src/') && !path.endsWith('.test.ts'));
  const textsOf = (some: typeof sources): readonly string[] => some.map(([, text]) => text);
  const peers = new Set(['@dragoman/plugin', ...packagesOf(textsOf(shipped))]);
  const tools = ['@types/node', 'dragoman', 'typescript', 'vitest'];
  const manifest = {
    name,
    version: '0.1.0',
    description: 'A plugin for the Dragoman LLM gateway.',
    keywords: ['dragoman-plugin'],
    license: 'MIT',
    type: 'module',
    exports: {
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './package.json': './package.json',
    },
    files: ['dist'],
    scripts: {
      dev: `dragoman plugin dev --ask ${QUESTIONS[kind] ?? '"Hello"'}`,
      test: 'vitest run',
      check: 'tsc',
      build: 'tsc -p tsconfig.build.json',
      prepack: 'npm run build',
    },
    peerDependencies: withRanges(peers),
    devDependencies: withRanges([...peers, ...packagesOf(textsOf(sources)), ...tools]),
    engines: { node: '>=24' },
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
