import { defineHook } from '@dragoman/plugin';
import { guardRequest } from './guard-request.ts';
import { guardOptions } from './options.ts';
import { guardReply } from './reply/guard-reply.ts';
import { createRules, type GuardSettings } from './rules.ts';

export const guardHook = defineHook({
  name: 'guard',
  title: 'Guard',
  description:
    'Finds personal data, secrets, words and patterns in requests and replies, and masks or refuses them.',
  options: guardOptions,
  // Other hooks see what the upstream sees: a cache keeps no value that was masked.
  order: 'pre',
  create(options) {
    const settings: GuardSettings = { options, rules: createRules(options) };
    return {
      request: (request, on) => guardRequest(request, on, settings),
      reply: (events, on) => guardReply(events, on, settings),
    };
  },
});
