import type { Aliases } from '../routing/aliases.ts';
import type { Upstreams } from '../routing/upstream.ts';
import type { KeyRing } from '../state/keys.ts';
import type { Subject } from './limiter.ts';

export interface SubjectSources {
  readonly keys: KeyRing;
  readonly aliases: Aliases;
  readonly upstreams: Upstreams;
}

/** All that has limits. */
export function limitedSubjects({ keys, aliases, upstreams }: SubjectSources): readonly Subject[] {
  return [
    ...keys.list().flatMap(({ id, limits }) => (limits ? [{ kind: 'key' as const, id, limits }] : [])),
    ...aliases
      .all()
      .flatMap(({ name: id, limits }) => (limits ? [{ kind: 'model' as const, id, limits }] : [])),
    ...upstreams
      .all()
      .flatMap(({ config: { id, limits } }) => (limits ? [{ kind: 'upstream' as const, id, limits }] : [])),
  ];
}
