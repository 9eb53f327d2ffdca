import * as contract from './contract.ts';
import { defineOperation, type Operation } from './operation.ts';

export const passOperations: readonly Operation[] = [
  defineOperation({
    method: 'POST',
    path: '/passes',
    summary:
      'Gives a pass to call models with, for an hour; what it is used for is traced under the name `console`.',
    access: 'admin',
    response: contract.passSchema,
    status: 201,
    handle: (_, { passes }) => passes.issue(),
  }),
];
