import { z } from 'zod';
import { createOpenApi, type OpenApiInput } from './openapi.ts';
import { defineOperation, type Operation } from './operation.ts';

/** The operations, and one more that describes them all, itself too. */
export function withDocument(operations: readonly Operation[], input: OpenApiInput): readonly Operation[] {
  const all: readonly Operation[] = [
    ...operations,
    defineOperation({
      method: 'GET',
      path: '/openapi.json',
      summary: 'Describes this API as an OpenAPI document.',
      access: 'public',
      response: z.record(z.string(), z.unknown()),
      handle: () => document,
    }),
  ];
  const document = createOpenApi(all, input);
  return all;
}
