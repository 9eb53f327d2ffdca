import { HookCreateError } from '../../../hooks/built-hook.ts';
import { CreateError } from '../../../upstreams/build-upstream.ts';
import { ConfigError } from '../../../validation/config-error.ts';
import { AdminError } from '../admin-error.ts';
import { reloadContract } from '../contract/about-contract.ts';
import { defineOperations } from '../operation.ts';

export const reloadOperations = defineOperations(reloadContract, {
  'POST /reload': {
    summary: 'Reloads the config file. `waiting` lists the fields that need a restart.',
    access: 'token',
    refusals: ['invalid', 'conflict'],
    async handle(_, { reload }) {
      if (!reload) throw new AdminError('conflict', 'This gateway was started without a config file.');
      try {
        return { waiting: await reload() };
      } catch (error) {
        if (error instanceof CreateError || error instanceof HookCreateError) {
          const stays = `${error.message.replace(/[.!?]?$/, '.')} The previous configuration stays in effect.`;
          throw new AdminError('invalid', stays);
        }
        if (!(error instanceof ConfigError)) throw error;
        throw new AdminError('invalid', 'Invalid configuration; the previous one stays in effect.', {
          issues: error.problems,
        });
      }
    },
  },
});
