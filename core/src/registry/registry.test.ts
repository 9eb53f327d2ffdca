import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineHook, defineProvider, defineToolFormat, regions } from '@dragoman/plugin';
import { createRegistry } from './registry.ts';

const provider = (name: string) =>
  defineProvider({
    name,
    title: name,
    description: name,
    options: z.strictObject({}),
    create: () => ({ async *chat() {} }),
  });
const protocol = (name: string) => ({
  name,
  title: name,
  endpoints: [],
  encodeError: () => ({ status: 500, body: {} }),
});

describe('createRegistry', () => {
  it('knows what all plugins bring, in their order', () => {
    const [one, two] = [provider('one'), provider('two')];
    const wire = protocol('wire');
    const registry = createRegistry([
      { name: 'a', providers: [one] },
      { name: 'b', protocols: [wire], providers: [two] },
    ]);
    expect(registry.providers).toEqual([one, two]);
    expect(registry.protocols).toEqual([wire]);
    expect(registry.provider('two')).toBe(two);
  });

  it('names the known providers when asked for another', () => {
    const registry = createRegistry([{ name: 'a', providers: [provider('one'), provider('two')] }]);
    expect(() => registry.provider('three')).toThrow('There is no provider "three"; known: one, two.');
    expect(() => createRegistry([]).provider('x')).toThrow('known: none.');
  });

  it('refuses plugins, protocols and providers of the same name', () => {
    const a = { name: 'a', providers: [provider('p')], protocols: [protocol('w')] };
    expect(() => createRegistry([a, a])).toThrow('The plugin "a" is registered more than once.');
    expect(() => createRegistry([a, { ...a, name: 'b', protocols: [] }])).toThrow(
      'The provider "p" is registered more than once, by "a" and "b".',
    );
    expect(() => createRegistry([a, { ...a, name: 'b', providers: [] }])).toThrow(
      'The protocol "w" is registered more than once, by "a" and "b".',
    );
  });

  it('knows the kinds of hook, whose names must be unique, too', () => {
    const hook = defineHook({
      ...{ name: 'h', title: 'H', description: 'H.', options: z.strictObject({}) },
      create: () => ({}),
    });
    const registry = createRegistry([{ name: 'a', hooks: [hook] }]);
    expect([registry.hook('h'), registry.pluginOfHook('h')]).toEqual([hook, 'a']);
    expect(() => registry.hook('x')).toThrow('There is no hook "x"; known: h.');
    const both = [
      { name: 'a', hooks: [hook] },
      { name: 'b', hooks: [hook] },
    ];
    expect(() => createRegistry(both)).toThrow('The hook "h" is registered more than once, by "a" and "b".');
  });

  it('knows tool formats by all of their names, which must be unique', () => {
    const format = (name: string, ...aliases: readonly string[]) =>
      defineToolFormat({
        ...{ name, aliases, read: regions({ starts: {} }) },
        prompt: { tools: () => '', calls: () => '', results: () => '' },
      });
    const one = format('one', 'first');
    const { toolFormats } = createRegistry([{ name: 'a', toolFormats: [one] }]);
    expect([...toolFormats]).toEqual([
      ['one', one],
      ['first', one],
    ]);
    const twice = [
      { name: 'a', toolFormats: [one] },
      { name: 'b', toolFormats: [format('two', 'first')] },
    ];
    expect(() => createRegistry(twice)).toThrow(
      'The tool format "first" is registered more than once, by "a" and "b".',
    );
  });

  it('lets a protocol and a provider share a name', () => {
    const plugin = { name: 'x', providers: [provider('x')], protocols: [protocol('x')] };
    expect(createRegistry([plugin]).provider('x').name).toBe('x');
  });
});
