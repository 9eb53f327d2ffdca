import { z } from 'zod';
import type { Contract } from './contract/operation-contract.ts';
import { createOpenApi, type OpenApiInput } from './openapi.ts';
import { defineOperations, type Operation } from './operation.ts';

const documentContract = {
  'GET /openapi.json': { response: z.record(z.string(), z.unknown()) },
} satisfies Contract;

/** The operations, plus one that describes them all, itself included. */
export function withDocument(operations: readonly Operation[], input: OpenApiInput): readonly Operation[] {
  const all: readonly Operation[] = [
    ...operations,
    ...defineOperations(documentContract, {
      'GET /openapi.json': {
        summary: 'Describes this API as an OpenAPI document.',
        access: 'public',
        handle: () => ({ ...document }),
      },
    }),
  ];
  const document = createOpenApi(all, input);
  return all;
}
