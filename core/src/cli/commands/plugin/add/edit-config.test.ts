import { describe, expect, it } from 'vitest';
import { editConfig } from './edit-config.ts';

const acme = { packageName: 'dragoman-plugin-acme', factory: 'acme' };

function edited(config: string): string {
  const result = editConfig(config, acme);
  return 'text' in result ? result.text : `(${result.problem})`;
}

const withPlugins = (list: string): string =>
  `import { echo } from '@dragoman/plugin-echo';\n\nexport default {\n  plugins: ${list},\n};\n`;

describe('editConfig', () => {
  it.each([
    ['[echo()]', '[echo(), acme()]'],
    ['[]', '[acme()]'],
    ['[echo({ a: 1 }),]', '[echo({ a: 1 }), acme()]'],
    ['[\n    echo(),\n    other(),\n  ]', '[\n    echo(),\n    other(),\n    acme(),\n  ]'],
    ['[\n    echo()\n  ]', '[\n    echo(),\n    acme(),\n  ]'],
  ])('adds a plugin to %j', (before, after) => {
    expect(edited(withPlugins(before))).toBe(
      `import { echo } from '@dragoman/plugin-echo';\nimport { acme } from 'dragoman-plugin-acme';\n\n` +
        `export default {\n  plugins: ${after},\n};\n`,
    );
  });

  it('puts the import after one of several lines', () => {
    const config = `import {\n  a,\n  b,\n} from 'x';\nconst { KEY } = process.env;\nexport default {\n  plugins: [a(), b()],\n};\n`;
    expect(edited(config)).toContain(`} from 'x';\nimport { acme } from 'dragoman-plugin-acme';\nconst`);
  });

  it.each([
    [withPlugins('[...common, echo()]').replace('plugins: [', 'plugins: all.concat(['), 'no plain list'],
    [withPlugins('[echo({ models: ["a"] })]'), 'no plain list'],
    [withPlugins('[echo() /* soon: others */]'), 'no plain list'],
    [`${withPlugins('[echo()]')}\nconst other = {\n  plugins: [],\n};\n`, 'no plain list'],
    [withPlugins('[echo()]').replace('@dragoman/plugin-echo', 'dragoman-plugin-acme'), 'already'],
    [`const acme = 1;\n${withPlugins('[echo()]')}`, 'another acme already'],
  ])('leaves %j alone', (config, why) => {
    expect(edited(config)).toContain(why);
  });
});
