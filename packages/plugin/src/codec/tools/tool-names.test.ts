import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../canonical/chat.ts';
import { createToolNames, toolIdFor } from './tool-names.ts';

const rule = { pattern: /^[A-Za-z_][A-Za-z0-9_-]*$/, maxLength: 24 };

function requestWith(names: readonly string[]): ChatRequest {
  return {
    ...{ protocol: 'test', model: 'm', stream: false, system: [], messages: [], sampling: {}, reasoning: {} },
    tools: names.map((name) => ({ kind: 'function', name })),
  };
}

describe('names of tools', () => {
  it('stay as they are when they fit', () => {
    const names = createToolNames(requestWith(['get_weather']), rule);
    expect(names.toWire('get_weather')).toBe('get_weather');
    expect(names.fromWire('unknown')).toEqual({ name: 'unknown', isFreeform: false });
  });

  it('only change what does not fit', () => {
    expect(createToolNames(requestWith(['catalog.get']), rule).toWire('catalog.get')).toBe('catalog_get');
  });

  it('fit the wire, differ from each other, and come back', () => {
    const some = fc.string({
      unit: fc.constantFrom('a', '.', '/', 'é', '1', '_', ' '),
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(fc.uniqueArray(some, { maxLength: 8 }), (tools) => {
        const names = createToolNames(requestWith(tools), rule);
        const wire = tools.map((name) => names.toWire(name));
        for (const name of wire) expect(name).toMatch(/^[A-Za-z_][A-Za-z0-9_-]{0,23}$/);
        expect(new Set(wire).size).toBe(tools.length);
        expect(wire.map((name) => names.fromWire(name).name)).toEqual(tools);
      }),
    );
  });

  it('are the same for the same request', () => {
    const request = requestWith(['a.b', 'a/b', 'a_b']);
    const wire = (): string[] =>
      ['a.b', 'a/b', 'a_b'].map((name) => createToolNames(request, rule).toWire(name));
    expect(wire()).toEqual(wire());
  });
});

describe('tools in a namespace', () => {
  const query = { kind: 'function', name: 'query', namespace: 'db' } as const;

  it('carry it in their name and come back apart', () => {
    const names = createToolNames({ ...requestWith([]), tools: [query] }, rule);
    expect(names.toWire('query', 'db')).toBe('db__query');
    expect(names.fromWire('db__query')).toEqual({ name: 'query', namespace: 'db', isFreeform: false });
  });

  it('are refused when another tool has the name that they would get', () => {
    const tools = [query, { kind: 'function', name: 'db__query' } as const];
    expect(() => createToolNames({ ...requestWith([]), tools }, rule)).toThrow(/"db__query"/);
  });
});

describe('ids of calls', () => {
  it('fit, and differ where the originals do', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 8 }), (ids) => {
        const wire = ids.map((id) => toolIdFor(id, { pattern: /^[A-Za-z0-9_-]+$/, maxLength: 64 }));
        for (const id of wire) expect(id).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
        expect(new Set(wire).size).toBe(ids.length);
      }),
    );
  });
});
