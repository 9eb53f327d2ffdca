import { describe, expect, it } from 'vitest';
import { createKeptSessions } from '../../scripts/dev/kept-sessions.ts';

const set = (token: string): string => `dragoman_session=${token}; path=/admin; httponly`;

function setUp() {
  let count = 0;
  const sessions = createKeptSessions(() => Promise.resolve(`new-${++count}`));
  return { sessions, signedIn: () => count };
}

describe('the sessions that npm run dev keeps', () => {
  it('are signed in again, once, after a restart', async () => {
    const { sessions, signedIn } = setUp();
    sessions.learn('', [set('old')]);
    expect(await sessions.translate('a=b; dragoman_session=old')).toBe('a=b; dragoman_session=old');
    sessions.renew();
    expect(
      await Promise.all([
        sessions.translate('dragoman_session=old; a=b'),
        sessions.translate('dragoman_session=old; a=b'),
      ]),
    ).toEqual(['dragoman_session=new-1; a=b', 'dragoman_session=new-1; a=b']);
    sessions.renew();
    expect(await sessions.translate('dragoman_session=old')).toBe('dragoman_session=new-2');
    expect(signedIn()).toBe(2);
  });

  it('are only those that the gateway gave out', async () => {
    const { sessions, signedIn } = setUp();
    sessions.learn('', [set('old')]);
    sessions.renew();
    expect(await sessions.translate('dragoman_session=forged')).toBe('dragoman_session=forged');
    expect(await sessions.translate('other=1')).toBe('other=1');
    expect(signedIn()).toBe(0);
  });

  it('end with a sign-out, and with another sign-in', async () => {
    const { sessions, signedIn } = setUp();
    sessions.learn('', [set('one'), set('two')]);
    sessions.learn('dragoman_session=one', [set('')]);
    sessions.renew();
    expect(await sessions.translate('dragoman_session=one')).toBe('dragoman_session=one');
    sessions.learn('', [set('two')]);
    sessions.learn('dragoman_session=two', [set('three')]);
    sessions.renew();
    expect(await sessions.translate('dragoman_session=two')).toBe('dragoman_session=two');
    expect(signedIn()).toBe(0);
  });

  it('try again when a sign-in has failed', async () => {
    let isUp = false;
    const sessions = createKeptSessions(async () => {
      if (isUp) return 'new';
      throw new Error('No gateway.');
    });
    sessions.learn('', [set('old')]);
    sessions.renew();
    await expect(sessions.translate('dragoman_session=old')).rejects.toThrow('No gateway.');
    isUp = true;
    expect(await sessions.translate('dragoman_session=old')).toBe('dragoman_session=new');
  });
});
