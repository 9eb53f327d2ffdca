import type { Aliases } from './aliases.ts';
import type { Upstreams } from '../upstreams/upstream.ts';
import type { KeyRing } from '../state/keys.ts';
import type { Subject } from '../limits/limiter.ts';

export interface SubjectSources {
  readonly keys: KeyRing;
  readonly aliases: Aliases;
  readonly upstreams: Upstreams;
}

export interface NamedSubject extends Subject {
  /** The display name. */
  readonly name: string;
}

/** Everything that has limits. */
export function limitedSubjects({ keys, aliases, upstreams }: SubjectSources): readonly NamedSubject[] {
  return [
    ...keys
      .list()
      .flatMap(({ id, name, limits }) => (limits ? [{ kind: 'key' as const, id, name, limits }] : [])),
    ...aliases
      .all()
      .flatMap(({ name, limits }) => (limits ? [{ kind: 'model' as const, id: name, name, limits }] : [])),
    ...upstreams
      .all()
      .flatMap(({ config: { id, limits } }) =>
        limits ? [{ kind: 'upstream' as const, id, name: id, limits }] : [],
      ),
  ];
}
