import { definePlugin, packageVersion } from '@dragoman/plugin';
import { guardHook } from './hook.ts';

/** Finds what should not pass, in requests and in replies, and notes, masks or refuses it. */
export const guard = definePlugin(() => ({
  name: 'guard',
  meta: { version: packageVersion(import.meta.url), apiVersion: 1 },
  hooks: [guardHook],
}));
