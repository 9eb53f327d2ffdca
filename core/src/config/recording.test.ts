import { describe, expect, it } from 'vitest';
import { recordingOf, type RecordLevels } from './recording.ts';

describe('what is recorded', () => {
  it.each<[RecordLevels, string, string]>([
    [{ gateway: 'full', upstreams: [undefined] }, 'full', 'gateway'],
    [{ gateway: 'no-bodies', upstreams: [] }, 'no-bodies', 'gateway'],
    [{ gateway: 'no-bodies', key: 'full', upstreams: [undefined] }, 'full', 'key'],
    [{ gateway: 'full', key: 'no-bodies', upstreams: ['full'] }, 'no-bodies', 'key'],
    [{ gateway: 'no-bodies', upstreams: [undefined, 'full'] }, 'full', 'upstream'],
    [{ gateway: 'full', key: 'full', upstreams: ['full', 'off'] }, 'off', 'upstream'],
    [{ gateway: 'off', key: 'full', upstreams: ['full'] }, 'off', 'gateway'],
    [{ gateway: 'off', key: 'off', upstreams: ['full'] }, 'off', 'key'],
    [{ gateway: 'off', upstreams: ['full', 'off'] }, 'off', 'upstream'],
  ])('%j is %s by the %s', (levels, level, by) => {
    expect(recordingOf(levels)).toEqual({ level, by });
  });
});
