import type { DeclaredHook } from '../../../../hooks/built-hook.ts';
import { hideUserInfo } from '../../../../validation/option-urls.ts';
import { maskOptions } from '../../../../validation/secret-options.ts';
import type { AdminDeps } from '../../deps.ts';

/** A hook for display, without secrets. Without its plugin, it is unknown which options are secret. */
export function viewHook({ config, origin, unusable }: DeclaredHook, { hooks, registry }: AdminDeps) {
  const type = registry.hooks.find(({ name }) => name === config.hook);
  const running = hooks.all();
  const at = running.findIndex((hook) => hook.config.id === config.id && hook.origin === origin);
  return {
    ...config,
    options: type ? hideUserInfo(maskOptions(type.options, config.options)) : {},
    origin,
    runs: at < 0 ? null : at + 1,
    ...hooks.sums(config.id),
    failure: unusable ?? running[at]?.unusable ?? null,
  };
}
