import { describe, expect, it } from 'vitest';
import { createSessions } from './sessions.ts';

const HOUR = 60 * 60 * 1000;
const INPUT = { method: 'link', address: '192.0.2.1', userAgent: 'Browser' } as const;

const create = () => {
  const clock = { now: 1_000 };
  return { clock, sessions: createSessions(() => clock.now) };
};

describe('sessions', () => {
  it('are found by their token alone', () => {
    const { sessions } = create();
    const token = sessions.create(INPUT);
    const session = sessions.use(token);
    expect(session).toMatchObject(INPUT);
    expect(token).not.toBe(session?.id);
    for (const wrong of [
      '',
      session?.id ?? '',
      `${session?.id}.`,
      `${session?.id}.x`,
      `${token}x`,
      `.${token}`,
    ])
      expect(sessions.use(wrong)).toBeUndefined();
  });

  it('have a secret of 256 bits, and no two the same', () => {
    const { sessions } = create();
    const secrets = [sessions.create(INPUT), sessions.create(INPUT)].map(
      (token) => token.split('.')[1] ?? '',
    );
    for (const secret of secrets) expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(new Set(secrets).size).toBe(2);
  });

  it('remember when they were used and confirmed', () => {
    const { clock, sessions } = create();
    const token = sessions.create(INPUT);
    clock.now = 2_000;
    const { id = '' } = sessions.use(token) ?? {};
    clock.now = 3_000;
    sessions.confirm(id);
    expect(sessions.list()).toMatchObject([{ createdAt: 1_000, lastUsedAt: 2_000, confirmedAt: 3_000 }]);
  });

  it('end after two idle hours, and a look from aside does not prolong them', () => {
    const { clock, sessions } = create();
    const { id = '' } = sessions.use(sessions.create(INPUT)) ?? {};
    clock.now += 2 * HOUR - 1;
    expect(sessions.isAlive(id)).toBe(true);
    expect(sessions.list()).toHaveLength(1);
    clock.now += 1;
    expect(sessions.isAlive(id)).toBe(false);
    expect(sessions.list()).toEqual([]);
    expect(sessions.end(id)).toBe(false);
  });

  it('end one by one, or all but one', () => {
    const { sessions } = create();
    const tokens = [1, 2, 3, 4].map(() => sessions.create(INPUT));
    const [first = '', second] = sessions.list().map(({ id }) => id);
    expect(sessions.end(first)).toBe(true);
    expect(sessions.end(first)).toBe(false);
    expect(sessions.endOthers(second)).toBe(2);
    expect(tokens.filter((token) => sessions.use(token))).toHaveLength(1);
    expect(sessions.endOthers(undefined)).toBe(1);
    expect(sessions.list()).toEqual([]);
  });

  it('are a thousand at most; the oldest go first', () => {
    const { sessions } = create();
    const tokens = Array.from({ length: 1_001 }, () => sessions.create(INPUT));
    expect(sessions.list()).toHaveLength(1_000);
    expect(sessions.use(tokens[0] ?? '')).toBeUndefined();
    expect(sessions.use(tokens[1] ?? '')).toBeDefined();
  });

  it('keep the beginning of a very long user agent', () => {
    const { sessions } = create();
    sessions.create({ ...INPUT, userAgent: 'x'.repeat(10_000) });
    expect(sessions.list()[0]?.userAgent).toHaveLength(256);
  });
});
