import { describe, expect, it } from 'vitest';
import { type OverrideFlags, readOverrides } from './overrides.ts';

const read = (env: NodeJS.ProcessEnv, flags: OverrideFlags = {}) =>
  readOverrides({ env, flags, cwd: '/work' });

describe('readOverrides', () => {
  it('reads every variable', () => {
    const { value, problems } = read({
      DRAGOMAN_HOST: '::1',
      DRAGOMAN_PORT: '0',
      DRAGOMAN_DATA: 'state',
      DRAGOMAN_AUTH: 'false',
      DRAGOMAN_ALLOW_OPEN: 'yes',
      DRAGOMAN_PUBLIC_URL: 'https://llm.example.com/',
      DRAGOMAN_LOG_LEVEL: 'warn',
      DRAGOMAN_LOG_FORMAT: 'pretty',
      DRAGOMAN_SECRET: 'a secret of length',
      DRAGOMAN_ADMIN_TOKEN: 'a token of some length',
      DRAGOMAN_ADMIN_PASSWORD: 'password',
    });
    expect(problems).toEqual([]);
    expect(value).toEqual({
      host: '::1',
      port: 0,
      data: '/work/state',
      auth: false,
      allowOpen: true,
      publicUrl: 'https://llm.example.com',
      logLevel: 'warn',
      logFormat: 'pretty',
      secret: 'a secret of length',
      adminToken: 'a token of some length',
      adminPassword: 'password',
    });
  });

  it('says nothing of what is not there or empty', () => {
    expect(read({ DRAGOMAN_HOST: '', OTHER: 'x' })).toEqual({ value: {}, problems: [] });
  });

  it('lets flags win, also over a variable that is wrong', () => {
    const env = { DRAGOMAN_PORT: 'tcp://10.0.0.1:80', DRAGOMAN_AUTH: 'true', DRAGOMAN_DATA: '/a' };
    expect(read(env, { port: 1, auth: false, data: '../b' })).toEqual({
      value: { port: 1, auth: false, data: '/b' },
      problems: [],
    });
  });

  it.each([
    ['DRAGOMAN_PORT', 'tcp://10.0.0.1:80', 'expected an integer from 0 to 65535'],
    ['DRAGOMAN_PORT', '65536', 'expected an integer from 0 to 65535'],
    ['DRAGOMAN_PORT', ' ', 'expected an integer from 0 to 65535'],
    ['DRAGOMAN_AUTH', 'maybe', 'expected true or false'],
    [
      'DRAGOMAN_PUBLIC_URL',
      'llm.example.com',
      'expected a URL without a path, such as "https://llm.example.com"',
    ],
    ['DRAGOMAN_LOG_FORMAT', 'xml', 'expected one of "auto", "json", "pretty", found "xml"'],
    ['DRAGOMAN_SECRET', 'short', 'expected at least 16 characters'],
    ['DRAGOMAN_ADMIN_TOKEN', 'short', 'expected at least 16 characters'],
    ['DRAGOMAN_ADMIN_PASSWORD', 'short', 'expected at least 8 characters'],
  ])('names %s when it is %j', (path, text, message) => {
    expect(read({ [path]: text }).problems).toEqual([{ path, message }]);
  });

  it('names the flag when the flag is wrong', () => {
    expect(read({}, { port: Number.NaN }).problems).toEqual([
      { path: '--port', message: 'expected an integer from 0 to 65535' },
    ]);
  });
});
