import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiContentObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiParameters,
  type ZodOpenApiPathItemObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { defined } from '@dragoman/plugin';
import { ADMIN_ERROR_STATUS, type AdminErrorCode } from './admin-error.ts';
import { errorSchema } from './contract/contract.ts';
import type { Access, Operation } from './operation.ts';
import { SECURE_SESSION_COOKIE, SESSION_COOKIE } from './access/session-cookie.ts';

const SECURITY: Readonly<Record<Access, Record<string, string[]>[]>> = {
  public: [],
  admin: [{ session: [], csrf: [] }, { token: [] }],
  token: [{ token: [] }],
};

const SECURITY_SCHEMES = {
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: SESSION_COOKIE,
    description: `Set by \`POST /session\`; over HTTPS it is named \`${SECURE_SESSION_COOKIE}\`.`,
  },
  csrf: {
    type: 'apiKey',
    in: 'header',
    name: 'x-dragoman-csrf',
    description: 'Always `1`. Required with a session for everything but GET.',
  },
  token: { type: 'http', scheme: 'bearer', description: 'The admin token: `DRAGOMAN_ADMIN_TOKEN`.' },
} as const;

/** The meaning of each error status. */
const REFUSALS: Readonly<Record<(typeof ADMIN_ERROR_STATUS)[AdminErrorCode], string>> = {
  400: 'Invalid request; `issues` lists the problems.',
  401: 'The caller is not signed in, or its credentials are wrong.',
  403: 'The caller may not do this, or must confirm their identity first (`confirmation-required`).',
  404: 'Not found.',
  409: 'The current state does not allow this.',
  413: 'The request body is too large.',
  503: 'A required service is currently unavailable.',
  429: 'Too many failed attempts; `retry-after` is in seconds.',
};

export interface OpenApiInput {
  /** The path below which the operations are mounted. */
  readonly base: string;
  readonly version: string;
}

/** The OpenAPI 3.1 document of the admin API, generated from the table that serves it. */
export function createOpenApi(
  operations: readonly Operation[],
  { base, version }: OpenApiInput,
): ReturnType<typeof createDocument> {
  const paths: Record<string, ZodOpenApiPathItemObject> = {};
  for (const operation of operations) {
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: { title: 'Dragoman admin API', version },
    servers: [{ url: base }],
    paths,
    components: { securitySchemes: SECURITY_SCHEMES },
  });
}

function describe(operation: Operation): ZodOpenApiOperationObject {
  const { path, summary, access, isRaw, query, body, response } = operation;
  const { status = response || isRaw ? 200 : 204 } = operation;
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  return {
    operationId: operationId(operation),
    summary,
    security: SECURITY[access],
    ...((names.length > 0 || query) && { requestParams: parametersOf(names, query) }),
    ...(body && { requestBody: { required: true, content: json(body) } }),
    responses: {
      [status]: { description: 'Done.', ...(response && { content: json(response) }) },
      ...describeRefusals(operation),
      default: { description: 'The gateway or the upstream failed.', content: json(errorSchema) },
    },
  };
}

function parametersOf(names: readonly string[], query: Operation['query']): ZodOpenApiParameters {
  const inPath = z.object(Object.fromEntries(names.map((name) => [name, z.string()])));
  return defined({ path: inPath, query });
}

function describeRefusals({ access, path, body, refusals = [] }: Operation): ZodOpenApiResponsesObject {
  const codes: readonly AdminErrorCode[] = [
    ...(body ? (['invalid', 'too-large'] as const) : []),
    ...(access === 'public' ? [] : (['unauthenticated', 'forbidden', 'too-many-attempts'] as const)),
    ...(path.includes(':') ? (['not-found'] as const) : []),
    ...refusals,
  ];
  return Object.fromEntries(
    codes.map((code) => {
      const status = ADMIN_ERROR_STATUS[code];
      return [status, { description: REFUSALS[status], content: json(errorSchema) }];
    }),
  );
}

/** `POST /upstreams/:id/test` is `postUpstreamsIdTest`. */
function operationId({ method, path }: Operation): string {
  const words = path.split(/[^a-z]+/i).filter(Boolean);
  return method.toLowerCase() + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('');
}

function json(schema: z.ZodType): ZodOpenApiContentObject {
  return { 'application/json': { schema } };
}
