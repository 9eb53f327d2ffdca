import { hideUserInfo } from '../../../../validation/option-urls.ts';
import type { UnusableUpstream } from '../../../../upstreams/upstream.ts';
import { maskOptions } from '../../../../validation/secret-options.ts';
import type { AdminDeps } from '../../deps.ts';

/** Like `viewUpstream`; without its provider, it is unknown which options are secret. */
export function viewUnusable({ stored, origin, reason }: UnusableUpstream, { registry }: AdminDeps) {
  const type = registry.providers.find(({ name }) => name === stored.provider);
  return {
    ...stored,
    options: type ? hideUserInfo(maskOptions(type.options, stored.options)) : {},
    origin,
    knownModels: null,
    failure: reason,
  } as const;
}
