/**
 * Checked by the compiler alone: what operations of the admin API must take and answer, and, below each
 * `@ts-expect-error`, what does not keep their contract. One that stops to refuse fails the type check.
 */
import { z } from 'zod';
import type { Contract } from '../../core/src/http/admin/contract/operation-contract.ts';
import { callAdmin } from '../../console/lib/admin/call.ts';
import { defineOperations } from '../../core/src/http/admin/operation.ts';

const birdContract = {
  'GET /birds/:id': {
    query: z.strictObject({ limit: z.coerce.number<number | string>().default(10) }),
    response: z.object({ id: z.string(), songs: z.array(z.string()) }),
  },
  'PUT /birds': { body: z.strictObject({ id: z.string(), loud: z.boolean().default(true) }) },
} satisfies Contract;

const rules = { summary: 'Sings.', access: 'admin' } as const;
const put = { ...rules, handle: () => {} };

export const birds = defineOperations(birdContract, {
  'GET /birds/:id': {
    ...rules,
    audit: { target: ({ params: { id } }, bird) => bird?.songs[0] ?? id },
    handle: ({ params: { id }, query: { limit } }) => ({ id, songs: ['la'.repeat(limit)] as const }),
  },
  'PUT /birds': {
    ...rules,
    confirm: ({ body: { loud } }) => loud,
    async handle({ body: { id } }) {
      await Promise.resolve(id);
    },
  },
});

defineOperations(birdContract, {
  // @ts-expect-error an answer without one of its fields
  'GET /birds/:id': { ...rules, handle: ({ params: { id } }) => ({ id }) },
  'PUT /birds': put,
});

defineOperations(birdContract, {
  // @ts-expect-error a promise of a wrong answer
  'GET /birds/:id': { ...rules, handle: async ({ params: { id } }) => ({ id, songs: [1] }) },
  'PUT /birds': put,
});

defineOperations(birdContract, {
  'GET /birds/:id': { ...rules, handle: () => ({ id: '', songs: [] }) },
  // @ts-expect-error an answer where none is declared
  'PUT /birds': { ...rules, handle: () => ({ done: true }) },
});

defineOperations(birdContract, {
  // @ts-expect-error a parameter that the path has not
  'GET /birds/:id': { ...rules, handle: ({ params: { name } }) => ({ id: name, songs: [] }) },
  'PUT /birds': put,
});

defineOperations(birdContract, {
  // @ts-expect-error a field that the query has not
  'GET /birds/:id': { ...rules, handle: ({ query: { page } }) => ({ id: page, songs: [] }) },
  'PUT /birds': put,
});

// @ts-expect-error an operation of the contract that is missing
defineOperations(birdContract, { 'PUT /birds': put });

defineOperations(birdContract, {
  'GET /birds/:id': { ...rules, handle: () => ({ id: '', songs: [] }) },
  'PUT /birds': put,
  // @ts-expect-error an operation that the contract has not
  'DELETE /birds': put,
});

/** What the console calls, of the gateway's own contract. */
export async function called(): Promise<readonly (string | boolean)[]> {
  const key = await callAdmin('PATCH /keys/:id', { params: { id: 'k' }, body: { models: null } });
  const [upstream] = await callAdmin('GET /upstreams');
  const { traces } = await callAdmin('GET /traces', { query: { limit: 1, model: null } });
  return [key.enabled, upstream?.id ?? '', traces[0]?.outcome === 'ok'];
}

// @ts-expect-error a path that is none
await callAdmin('GET /upstream');

// @ts-expect-error a method that the path has not
await callAdmin('PUT /upstreams');

// @ts-expect-error no parameter for the path
await callAdmin('GET /keys/:id');

// @ts-expect-error a parameter of another name
await callAdmin('GET /keys/:id', { params: { name: 'k' } });

// @ts-expect-error no body
await callAdmin('POST /keys');

// @ts-expect-error a misspelt field of a body
await callAdmin('POST /keys', { body: { name: 'k', enable: true } });

// @ts-expect-error a field of a body that is of a wrong type
await callAdmin('POST /keys', { body: { name: 1 } });

// @ts-expect-error a body where none is taken
await callAdmin('GET /about', { body: {} });

// @ts-expect-error a query that the operation has not
await callAdmin('GET /traces', { query: { page: 2 } });

// @ts-expect-error a value that the query does not take
await callAdmin('GET /traces', { query: { outcome: 'good' } });

// @ts-expect-error a stream, which is no JSON
await callAdmin('GET /traces/tail');

// @ts-expect-error a field that the answer has not
export const wrong = (await callAdmin('GET /about')).versions;
