import { hideUserInfo } from '../../../../validation/option-urls.ts';
import type { Upstream } from '../../../../upstreams/upstream.ts';
import { maskOptions } from '../../../../validation/secret-options.ts';
import type { AdminDeps } from '../../deps.ts';

/** An upstream for display, without secrets. */
export function viewUpstream(upstream: Upstream, { upstreams }: AdminDeps) {
  const { config, origin, type } = upstream;
  const list = upstreams.list(upstream);
  return {
    ...config,
    options: hideUserInfo(maskOptions(type.options, config.options)),
    origin,
    knownModels: list.known()?.length ?? null,
    failure: list.failure()?.message ?? null,
  };
}
