import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningAdmin, startAdmin } from '../../../../tests/support/admin.ts';

interface Described {
  readonly operationId: string;
  readonly summary: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: object }>>;
}

interface Document {
  readonly openapi: string;
  readonly info: object;
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}

let admin: RunningAdmin;
let document: Document;
beforeEach(async () => {
  admin = await startAdmin();
  document = (await admin.call('GET', '/openapi.json', undefined, {})).body as Document;
});
afterEach(() => admin.close());

const operations = (): readonly (readonly [name: string, Described])[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, described]) => [`${method.toUpperCase()} ${path}`, described] as const,
    ),
  );

describe('the OpenAPI document', () => {
  it('is one of version 3.1 of this gateway', () => {
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Dragoman admin API', version: '1.2.3' },
      servers: [{ url: '/admin/api/v1' }],
    });
  });

  it('has every route that is mounted, and no other', () => {
    const mounted = admin.routes
      .filter((route) => !route.includes('*'))
      .map((route) => route.replace('/admin/api/v1', '').replaceAll(/:(\w+)/g, '{$1}'));
    expect(mounted.length).toBeGreaterThan(20);
    expect(
      operations()
        .map(([name]) => name)
        .toSorted(),
    ).toEqual(mounted.toSorted());
  });

  it('refers only to what it has', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(
      ([, target = '']) => target,
    );
    const names = new Set(references.map((target) => target.replace('#/components/schemas/', '')));
    expect([...names].filter((name) => !Object.hasOwn(document.components.schemas, name))).toEqual([]);
    expect(names).toContain('Upstream');
    const schemes = new Set(
      operations().flatMap(([, { security }]) => security.flatMap((way) => Object.keys(way))),
    );
    expect([...schemes].toSorted()).toEqual(Object.keys(document.components.securitySchemes).toSorted());
  });

  it('names every operation once and says what it does', () => {
    const ids = operations().map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, { summary }] of operations()) expect(summary).toMatch(/^[A-Z].*\.$/);
  });

  it('declares every parameter of a path', () => {
    for (const [name, { parameters = [] }] of operations()) {
      const wanted = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      const inPath = parameters.filter((parameter) => parameter['in'] === 'path');
      expect(inPath.map((parameter) => parameter.name)).toEqual(wanted);
      for (const parameter of inPath) expect(parameter).toMatchObject({ required: true });
    }
  });

  it('describes what a query may hold', () => {
    const { parameters = [] } = new Map(operations()).get('GET /audit') ?? {};
    expect(parameters).toContainEqual(
      expect.objectContaining({
        in: 'query',
        name: 'operation',
        description: 'Part of an operation: `/upstreams`.',
      }),
    );
  });

  it('says how each operation can fail', () => {
    const byName = new Map(operations());
    const statuses = (name: string) => Object.keys(byName.get(name)?.responses ?? {});
    expect(statuses('POST /upstreams')).toEqual(['201', '400', '401', '403', '409', '413', '429', 'default']);
    expect(statuses('GET /keys/{id}')).toEqual(['200', '401', '403', '404', '429', 'default']);
    expect(statuses('POST /session')).toEqual(['200', '400', '401', '403', '413', '429', 'default']);
    expect(statuses('GET /openapi.json')).toEqual(['200', 'default']);
    for (const [, { responses }] of operations()) {
      for (const { description } of Object.values(responses)) expect(description).not.toBe('');
    }
  });

  it('shows a secret nowhere but where it is made', () => {
    const { Key, NewKey, Upstream } = document.components.schemas;
    expect(JSON.stringify(Key)).not.toContain('hash');
    expect(JSON.stringify(NewKey)).toContain('secret');
    expect(JSON.stringify(Upstream)).toContain('origin');
  });
});
