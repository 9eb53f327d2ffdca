import { z } from 'zod';
import { isJsonObject, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import { ADMIN_ERROR_STATUS, type AdminErrorCode } from './admin-error.ts';
import { errorSchema } from './contract/contract.ts';
import type { Access, Operation } from './operation.ts';
import { SECURE_SESSION_COOKIE, SESSION_COOKIE } from './access/session-cookie.ts';

const SECURITY: Readonly<Record<Access, readonly JsonObject[]>> = {
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
    description: 'Always `1`. Needed with a session for whatever is not a GET.',
  },
  token: { type: 'http', scheme: 'bearer', description: 'The admin token: `DRAGOMAN_ADMIN_TOKEN`.' },
} as const;

/** What a refusal means, by its status. */
const REFUSALS: Readonly<Record<(typeof ADMIN_ERROR_STATUS)[AdminErrorCode], string>> = {
  400: 'The request is not valid; `issues` says where.',
  401: 'The caller is not signed in, or what was sent to sign in is wrong.',
  403: 'The caller may not do this, or has to confirm first that it is them (`confirmation-required`).',
  404: 'There is no such thing.',
  409: 'The thing as it is now does not allow this.',
  413: 'The request body is too large.',
  503: 'What is needed for it does not work at the moment.',
  429: 'Too many wrong attempts; `retry-after` says how many seconds to wait.',
};

export interface OpenApiInput {
  /** The path below which the operations are mounted. */
  readonly base: string;
  readonly version: string;
}

/** The OpenAPI 3.1 document of the admin API, made of the very table that serves it. */
export function createOpenApi(operations: readonly Operation[], { base, version }: OpenApiInput): JsonObject {
  const inputs = toSchemas('input', operations, ({ body }) => body);
  const queries = toSchemas('input', operations, ({ query }) => query);
  const outputs = toSchemas('output', operations, ({ response }) => response);
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const operation of operations) {
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}');
    const id = operationId(operation);
    const described = describe(operation, {
      ...{ body: inputs.byId[id], query: queries.byId[id], response: outputs.byId[id] },
    });
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: described };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Dragoman admin API', version },
    servers: [{ url: base }],
    paths,
    components: {
      schemas: { ...inputs.components, ...outputs.components },
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

interface Schemas {
  /** By the id of the operation. */
  readonly byId: Readonly<Record<string, JsonValue>>;
  /** Schemas that have a name. */
  readonly components: JsonObject;
}

/** All schemas at once, so that those with a name become components that the others refer to. */
function toSchemas(
  io: 'input' | 'output',
  operations: readonly Operation[],
  pick: (operation: Operation) => z.ZodType | undefined,
): Schemas {
  const shape: Record<string, z.ZodType> = { error: errorSchema };
  for (const operation of operations) {
    const schema = pick(operation);
    if (schema) shape[operationId(operation)] = schema;
  }
  const text = JSON.stringify(z.toJSONSchema(z.object(shape), { io }));
  const { properties = {}, $defs = {} } = JSON.parse(
    text.replaceAll('"#/$defs/', '"#/components/schemas/'),
  ) as { readonly properties?: Record<string, JsonValue>; readonly $defs?: Record<string, JsonObject> };
  // The name of a component is its key; `id` is a word of JSON Schema's drafts before 6.
  const components = Object.entries($defs).map(([name, { id: _, ...schema }]) => [name, schema] as const);
  return { byId: properties, components: Object.fromEntries(components) };
}

interface OperationSchemas {
  readonly query: JsonValue | undefined;
  readonly body: JsonValue | undefined;
  readonly response: JsonValue | undefined;
}

function describe(operation: Operation, { body, query, response }: OperationSchemas): JsonObject {
  const { path, summary, access, isRaw, status = response || isRaw ? 200 : 204 } = operation;
  const parameters = [
    ...[...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
      ...{ name, in: 'path', required: true, schema: { type: 'string' } },
    })),
    ...describeQuery(query),
  ];
  return {
    operationId: operationId(operation),
    summary,
    security: SECURITY[access],
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: { required: true, content: json(body) } }),
    responses: {
      [status]: { description: 'Done.', ...(response !== undefined && { content: json(response) }) },
      ...describeRefusals(operation),
      default: { description: 'The gateway or the upstream failed.', content: json(ERROR) },
    },
  };
}

function describeQuery(query: JsonValue | undefined): readonly JsonObject[] {
  const properties = isJsonObject(query) && isJsonObject(query['properties']) ? query['properties'] : {};
  return Object.entries(properties).map(([name, schema = null]) => ({ name, in: 'query', schema }));
}

const ERROR = { $ref: '#/components/schemas/Error' };

function describeRefusals({ access, path, body, refusals = [] }: Operation): JsonObject {
  const codes: readonly AdminErrorCode[] = [
    ...(body ? (['invalid', 'too-large'] as const) : []),
    ...(access === 'public' ? [] : (['unauthenticated', 'forbidden', 'too-many-attempts'] as const)),
    ...(path.includes(':') ? (['not-found'] as const) : []),
    ...refusals,
  ];
  return Object.fromEntries(
    codes.map((code) => {
      const status = ADMIN_ERROR_STATUS[code];
      return [status, { description: REFUSALS[status], content: json(ERROR) }];
    }),
  );
}

/** `POST /upstreams/:id/test` is `postUpstreamsIdTest`. */
function operationId({ method, path }: Operation): string {
  const words = path.split(/[^a-z]+/i).filter(Boolean);
  return method.toLowerCase() + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('');
}

function json(schema: JsonValue): JsonObject {
  return { 'application/json': { schema } };
}
