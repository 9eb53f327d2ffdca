import { z } from 'zod';
import { errorSchema } from './contract.ts';
import type { Access, Operation } from './operation.ts';

const SECURITY: Readonly<Record<Access, readonly object[]>> = {
  public: [],
  admin: [{ session: [], csrf: [] }, { token: [] }],
  token: [{ token: [] }],
};

/** The OpenAPI 3.1 document of the admin API, made of the very table that serves it. */
export function createOpenApi(
  operations: readonly Operation[],
  { base, version }: { readonly base: string; readonly version: string },
) {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[operation.method.toLowerCase()] = describe(operation);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Dragoman admin API', version },
    servers: [{ url: base }],
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'dragoman_session' },
        csrf: { type: 'apiKey', in: 'header', name: 'x-dragoman-csrf' },
        token: { type: 'http', scheme: 'bearer' },
      },
    },
  };
}

function describe({ method, path, summary, access, body, response, status }: Operation): object {
  const parameters = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const success = response
    ? { description: 'Done.', content: json(response, 'output') }
    : { description: 'Done; nothing comes back.' };
  return {
    operationId: operationId(method, path),
    summary,
    security: SECURITY[access],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: json(body, 'input') } }),
    responses: {
      [status ?? (response ? 200 : 204)]: success,
      default: { description: 'What went wrong.', content: json(errorSchema, 'output') },
    },
  };
}

/** `POST /upstreams/:id/test` is `postUpstreamsIdTest`. */
function operationId(method: string, path: string): string {
  const words = path.split(/[^a-z]+/i).filter(Boolean);
  return method.toLowerCase() + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('');
}

function json(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, id: __, ...shape } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return { 'application/json': { schema: shape } };
}
