import { passContract } from '../contract/traces/replay-contract.ts';
import { sessionOf } from '../caller.ts';
import { defineOperations } from '../operation.ts';

export const passOperations = defineOperations(passContract, {
  'POST /passes': {
    summary:
      'Creates a pass for calling models, valid for an hour or until the sign-in ends; its requests are traced as `console`.',
    access: 'admin',
    handle: ({ caller }, { passes }) => passes.issue({ session: sessionOf(caller) }),
  },
});
