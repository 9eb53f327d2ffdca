import * as contract from '../contract/contract.ts';
import { defineOperation, type Operation, sessionOf } from '../operation.ts';

export const passOperations: readonly Operation[] = [
  defineOperation({
    method: 'POST',
    path: '/passes',
    summary:
      'Gives a pass to call models with, for an hour or until the sign-in ends; its requests are traced under the name `console`.',
    access: 'admin',
    response: contract.passSchema,
    status: 201,
    handle: ({ caller }, { passes }) => passes.issue({ session: sessionOf(caller) }),
  }),
];
