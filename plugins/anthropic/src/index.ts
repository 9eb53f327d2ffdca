import { definePlugin } from '@dragoman/core';
import { anthropicMessages } from './protocol.ts';

/** Anthropic's Messages API for clients, such as Claude Code. */
export const anthropic = definePlugin(() => ({ name: 'anthropic', protocols: [anthropicMessages] }));
