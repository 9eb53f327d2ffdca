/** How much is recorded of requests: all that passes, what happened without the bodies, or nothing. */
export const RECORD_LEVELS = ['full', 'no-bodies', 'off'] as const;
export type RecordLevel = (typeof RECORD_LEVELS)[number];

/** Whose setting it is that bodies are not recorded. */
export type Decider = 'gateway' | 'key' | 'upstream';

export interface Recording {
  readonly level: RecordLevel;
  readonly by: Decider;
}

export interface RecordWishes {
  readonly gateway: RecordLevel;
  readonly key?: RecordLevel | undefined;
  readonly upstreams: readonly (RecordLevel | undefined)[];
}

/**
 * What a key or an upstream is set to takes the place of the gateway's setting, and the most private of them
 * counts. A gateway that records nothing has no store, so `off` there is the last word.
 */
export function recordingOf({ gateway, key, upstreams }: RecordWishes): Recording {
  if (gateway === 'off') return { level: 'off', by: offBy(key, upstreams) };
  let recording: Recording | undefined = key && { level: key, by: 'key' };
  for (const level of upstreams) {
    if (level && (!recording || isMorePrivate(level, recording.level))) recording = { level, by: 'upstream' };
  }
  return recording ?? { level: gateway, by: 'gateway' };
}

/** Observers get what the gateway alone does not record, but nothing of a key or an upstream that is off. */
function offBy(key: RecordLevel | undefined, upstreams: RecordWishes['upstreams']): Decider {
  if (key === 'off') return 'key';
  return upstreams.includes('off') ? 'upstream' : 'gateway';
}

function isMorePrivate(one: RecordLevel, other: RecordLevel): boolean {
  return RECORD_LEVELS.indexOf(one) > RECORD_LEVELS.indexOf(other);
}
