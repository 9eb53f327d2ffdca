import type { z } from 'zod';
import { findUnsafeText } from '../transport/header-text.ts';
import { noteFactory } from './factories.ts';
import type { HookType } from './hooks/hook.ts';
import type { Plugin } from './plugin.ts';
import type { Protocol } from './protocol.ts';
import type { ProviderType } from './provider.ts';

type OptionsArgument<Options> =
  Record<never, never> extends Options ? [options?: Options] : [options: Options];

/**
 * Makes a plugin's factory. The argument of the factory is optional exactly when all of its options are.
 *
 * @example
 * export const echo = definePlugin(() => ({ name: 'echo', providers: [echoProvider] }));
 */
export function definePlugin<const P extends Plugin, Options extends object = Record<never, never>>(
  build: (options: Options) => P,
): (...args: OptionsArgument<Options>) => P {
  return (...args) => {
    const plugin = Object.freeze(build((args[0] ?? {}) as Options));
    noteFactory(plugin, build);
    return plugin;
  };
}

/** Types a provider, keeping its literal name and the schema of its options for `defineConfig`. */
export function defineProvider<const Name extends string, Options extends z.ZodObject>(
  provider: ProviderType<Name, Options>,
): ProviderType<Name, Options> {
  return Object.freeze(provider);
}

/** Types a hook, keeping its literal name and the schema of its options for `defineConfig`. */
export function defineHook<const Name extends string, Options extends z.ZodObject>(
  hook: HookType<Name, Options>,
): HookType<Name, Options> {
  return Object.freeze(hook);
}

/** Types a protocol. */
export function defineProtocol(protocol: Protocol): Protocol {
  return Object.freeze(protocol);
}

/**
 * Marks a field of a provider's options as secret: it is encrypted at rest, never returned by the admin API,
 * and the console shows only whether it is set. Secrets are sent in headers, so they are checked as
 * {@link headerText}.
 */
export function secret<Schema extends z.ZodType>(schema: Schema): Schema {
  return headerText(schema).meta({ ...schema.meta(), secret: true, writeOnly: true });
}

/** Refuses strings that are not valid header values: line breaks, control characters, characters beyond Latin-1. */
export function headerText<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.check(({ value, issues }) => {
    for (const path of findUnsafeText(value)) {
      issues.push({ code: 'custom', path, input: undefined, message: UNSAFE_TEXT });
    }
  });
}

const UNSAFE_TEXT = 'must not contain line breaks, control characters or characters beyond Latin-1';
