import { hideUserInfo } from '../../config/option-urls.ts';
import type { UpstreamConfig } from '../../config/upstream.ts';
import { openOptions } from '../../state/seal-options.ts';
import { maskOptions } from '../../state/secret-options.ts';
import { StateError } from '../../state/state-error.ts';
import type { AdminDeps } from './deps.ts';

/** A stored upstream that cannot be used: its plugin is gone, or its options cannot be read any more. */
export interface UnusableUpstream {
  readonly stored: UpstreamConfig;
  /** Why, as a full sentence. */
  readonly reason: string;
}

/** They are not among the live upstreams, but people have to see and to remove them. */
export function unusableUpstreams(deps: AdminDeps): readonly UnusableUpstream[] {
  return deps.state
    .read()
    .upstreams.filter(({ id }) => !deps.upstreams.get(id))
    .map((stored) => ({ stored, reason: reasonOf(stored, deps) }));
}

function reasonOf(stored: UpstreamConfig, { registry, secrets }: AdminDeps): string {
  const { provider } = stored;
  const type = registry.providers.find(({ name }) => name === provider);
  if (!type) return `No plugin brings the provider ${JSON.stringify(provider)}.`;
  try {
    openOptions(type.options, stored, secrets);
    return `Its stored options do not fit the provider ${JSON.stringify(provider)}.`;
  } catch (error) {
    if (error instanceof StateError) return error.message;
    throw error;
  }
}

/** As `viewUpstream`; without its provider nobody can tell which of its options are secret. */
export function viewUnusable({ stored, reason }: UnusableUpstream, { registry }: AdminDeps) {
  const type = registry.providers.find(({ name }) => name === stored.provider);
  return {
    ...stored,
    options: type ? hideUserInfo(maskOptions(type.options, stored.options)) : {},
    origin: 'state',
    knownModels: null,
    failure: reason,
  } as const;
}
