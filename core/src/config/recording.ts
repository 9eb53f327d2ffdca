/** How much is recorded of requests: everything, metadata without bodies, or nothing. */
export const RECORD_LEVELS = ['full', 'no-bodies', 'off'] as const;
export type RecordLevel = (typeof RECORD_LEVELS)[number];

/** Whose setting disables the recording of bodies. */
export type Decider = 'gateway' | 'key' | 'upstream';

export interface Recording {
  readonly level: RecordLevel;
  readonly by: Decider;
}

export interface RecordLevels {
  readonly gateway: RecordLevel;
  readonly key?: RecordLevel | undefined;
  readonly upstreams: readonly (RecordLevel | undefined)[];
}

/**
 * The setting of a key or upstream overrides the gateway's, and the most private one wins. A gateway that records
 * nothing has no store, so `off` there is final.
 */
export function recordingOf({ gateway, key, upstreams }: RecordLevels): Recording {
  if (gateway === 'off') return { level: 'off', by: offBy(key, upstreams) };
  let recording: Recording | undefined = key && { level: key, by: 'key' };
  for (const level of upstreams) {
    if (level && (!recording || isMorePrivate(level, recording.level))) recording = { level, by: 'upstream' };
  }
  return recording ?? { level: gateway, by: 'gateway' };
}

/** Observers get requests that only the gateway does not record, but none of a key or upstream that is off. */
function offBy(key: RecordLevel | undefined, upstreams: RecordLevels['upstreams']): Decider {
  if (key === 'off') return 'key';
  return upstreams.includes('off') ? 'upstream' : 'gateway';
}

function isMorePrivate(one: RecordLevel, other: RecordLevel): boolean {
  return RECORD_LEVELS.indexOf(one) > RECORD_LEVELS.indexOf(other);
}
