import { refuse } from '@dragoman/plugin';

/** The header by which a client controls the cache for one request. */
export const CONTROL_HEADER = 'x-dragoman-cache-control';

/** What a client says of one request. */
export interface Control {
  /** The answer must be new; it is kept for later requests. */
  readonly isFresh: boolean;
  /** The cache has no part in the request. */
  readonly isOff: boolean;
  /** How long the reply is kept, in seconds. Absent: as configured. */
  readonly ttlSeconds?: number;
}

const NONE: Control = { isFresh: false, isOff: false };

/** Reads directives such as `no-cache, ttl=60`; `undefined` if there is one that means nothing. */
export function parseControl(header: string | undefined): Control | undefined {
  if (header === undefined) return NONE;
  let control = NONE;
  for (const directive of header.split(',')) {
    const word = directive.trim().toLowerCase();
    const ttl = /^ttl=(\d{1,9})$/.exec(word)?.[1];
    if (word === 'no-cache') control = { ...control, isFresh: true };
    else if (word === 'no-store') control = { ...control, isOff: true };
    else if (ttl !== undefined && Number(ttl) > 0) control = { ...control, ttlSeconds: Number(ttl) };
    else return undefined;
  }
  return control;
}

/** As {@link parseControl}; refuses the request if the header is wrong. */
export function readControl(header: string | undefined): Control {
  return (
    parseControl(header) ??
    refuse(
      `${CONTROL_HEADER} must be a list of no-cache, no-store and ttl=<seconds>.`,
      'invalid_cache_control',
    )
  );
}
