import { echo } from '@dragoman/plugin-echo';
import { openai } from '@dragoman/plugin-openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigError } from '../../core/src/validation/config-error.ts';
import { resolveConfig } from '../../core/src/config/resolve.ts';
import { type CliHome, createCliHome, IMPORTS } from '../support/cli.ts';

const [provider] = echo().providers;
const [protocol] = openai().protocols;
const [chat] = protocol?.endpoints ?? [];

/** What the start says of a plugin, without the first line. */
function problemsWith(plugin: unknown): string {
  try {
    resolveConfig({ plugins: [plugin] });
    return 'none';
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ path, message }) => `${path}: ${message}`).join('\n');
  }
}

describe('a plugin that has not the shape of one', () => {
  it.each<[string, unknown, string]>([
    ['no object', 'acme', 'plugins[0]: expected a plugin, such as echo(); is the call missing?'],
    [
      'a factory',
      () => ({ name: 'acme' }),
      'plugins[0]: expected a plugin, such as echo(); is the call missing?',
    ],
    ['no name', {}, 'plugins[0].name: expected a string, found nothing'],
    [
      'an observer that is no function',
      { name: 'acme', createObserver: {} },
      'plugins[0].createObserver: expected a function, found an object (plugin "acme")',
    ],
    [
      'providers that are no list',
      { name: 'acme', providers: provider },
      'plugins[0].providers: expected a list, found an object (plugin "acme")',
    ],
    [
      'a provider without options',
      { name: 'acme', providers: [{ ...provider, options: undefined }] },
      'plugins[0].providers[0].options: expected a Zod 4 object, such as z.strictObject({ … }), found nothing (plugin "acme")',
    ],
    [
      'options that are no Zod object',
      { name: 'acme', providers: [{ ...provider, options: z.string() }] },
      'plugins[0].providers[0].options: expected a Zod 4 object, such as z.strictObject({ … }), found an object (plugin "acme")',
    ],
    [
      'a provider without create',
      { name: 'acme', providers: [{ ...provider, create: undefined }] },
      'plugins[0].providers[0].create: expected a function, found nothing (plugin "acme")',
    ],
    [
      'a tool format with the name of none',
      {
        name: 'acme',
        toolFormats: [
          { name: 'native', read() {}, prompt: { tools: String, calls: String, results: String } },
        ],
      },
      'plugins[0].toolFormats[0].name: expected another name: "native" means that there is no format (plugin "acme")',
    ],
    [
      'a wrong price',
      { name: 'acme', providers: [{ ...provider, price: { input: -1, output: 0 } }] },
      'plugins[0].providers[0].price.input: expected at least 0, found -1 (plugin "acme")',
    ],
    [
      'a protocol without encodeError',
      { name: 'acme', protocols: [{ ...protocol, encodeError: undefined }] },
      'plugins[0].protocols[0].encodeError: expected a function, found nothing (plugin "acme")',
    ],
    [
      'a protocol without endpoints',
      { name: 'acme', protocols: [{ ...protocol, endpoints: undefined }] },
      'plugins[0].protocols[0].endpoints: expected a list, found nothing (plugin "acme")',
    ],
    [
      'an endpoint without path',
      { name: 'acme', protocols: [{ ...protocol, endpoints: [{ ...chat, path: 'v1/chat' }] }] },
      'plugins[0].protocols[0].endpoints[0].path: expected a path that starts with "/" (plugin "acme")',
    ],
    [
      'an endpoint without codec',
      { name: 'acme', protocols: [{ ...protocol, endpoints: [{ ...chat, decodeRequest: undefined }] }] },
      'plugins[0].protocols[0].endpoints[0].decodeRequest: expected a function, found nothing (plugin "acme")',
    ],
    [
      'an endpoint of an unknown operation',
      { name: 'acme', protocols: [{ ...protocol, endpoints: [{ ...chat, operation: 'talk' }] }] },
      'plugins[0].protocols[0].endpoints[0].operation: expected an endpoint whose operation is one of chat, count-tokens, embed, list-models, get-model, stored-reply, static, relay (plugin "acme")',
    ],
    [
      'a static endpoint that reads bodies of anyone',
      {
        name: 'acme',
        protocols: [
          {
            ...protocol,
            endpoints: [
              {
                operation: 'static',
                method: 'POST',
                path: '/x',
                summary: '',
                access: 'open',
                answer: () => ({}),
              },
            ],
          },
        ],
      },
      'plugins[0].protocols[0].endpoints[0].access: expected \'key\', as only GET may be open (plugin "acme")',
    ],
    [
      'a version that is no text',
      { name: 'acme', meta: { version: 1, apiVersion: 1 } },
      'plugins[0].meta.version: expected a string, found 1 (plugin "acme")',
    ],
    [
      'a version of the API that is no number',
      { name: 'acme', meta: { version: '1.0.0', apiVersion: '1' } },
      'plugins[0].meta.apiVersion: expected a number, found "1" (plugin "acme")',
    ],
  ])('is told so: %s', (_, plugin, problem) => expect(problemsWith(plugin)).toBe(problem));

  it('is told all that is wrong at once', () => {
    const problems = problemsWith({ name: 'acme', providers: [{ name: 'x' }], protocols: [{ name: 'x' }] });
    for (const field of ['title', 'description', 'options', 'create'])
      expect(problems).toContain(`providers[0].${field}: `);
    for (const field of ['title', 'endpoints', 'encodeError'])
      expect(problems).toContain(`protocols[0].${field}: `);
  });

  it('keeps whole plugins as they are', () => {
    const plugin = openai();
    expect(resolveConfig({ plugins: [plugin] }).plugins[0]).toBe(plugin);
  });
});

describe('a plugin for another version of the plugin API', () => {
  it.each([
    [2, 'update Dragoman, or install an earlier version of the plugin'],
    [0, 'update the plugin'],
  ])('%d stops the start, whatever its shape, and tells what to do', (apiVersion, remedy) => {
    const plugin = { name: 'acme', meta: { version: '3.1.0', apiVersion }, protocols: 'of another shape' };
    expect(problemsWith(plugin)).toBe(
      `plugins[0]: the plugin "acme" 3.1.0 was written for version ${apiVersion} of the plugin API, and this gateway has version 1: ${remedy}`,
    );
  });
});

describe('a plugin that throws while the config is loaded', () => {
  let home: CliHome;
  beforeAll(async () => {
    home = await createCliHome();
  });
  afterAll(() => home.close());

  const throwing = JSON.stringify(new URL('../support/broken/throws-at-import.ts', import.meta.url).href);
  it.each([
    [
      'at its import',
      `import ${throwing};\nexport default {};`,
      /needs a GPU \(thrown by .*throws-at-import\.ts\)/,
    ],
    [
      'in its factory',
      `${IMPORTS}\nconst acme = () => { throw new Error('no options'); };\nexport default { plugins: [openai(), echo(), acme()] };`,
      /no options \(line 5\)/,
    ],
  ])('%s is named, with the cause', async (_, config, told) => {
    await home.writeConfig(config);
    const { code, stderr } = await home.run(['start', '--port', '0']);
    expect(code).toBe(2);
    expect(stderr).toMatch(told);
  });
});
