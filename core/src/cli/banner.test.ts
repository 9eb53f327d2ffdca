import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../config/resolve.ts';
import { banner } from './banner.ts';

const KEY = 'sk-dgm-secret-key';
const LINK = 'http://127.0.0.1:8787/console/sign-in/#token=secret-token';
const URL = 'http://127.0.0.1:8787';
const gateway = { firstKey: KEY, signInLink: () => LINK, consoleUrl: URL };

const config = (input: object) => resolveConfig({ plugins: [], data: '/data', ...input });

describe('the start banner', () => {
  it.each(['auto', 'pretty'])('tells a person all that is needed, with the log format %s', (format) => {
    const text = banner(gateway, config({ log: { format } }), URL);
    for (const part of [`${URL}/v1`, KEY, LINK, '/data']) expect(text).toContain(part);
    expect(text).not.toContain('Warning');
  });

  it('has no secrets where JSON was asked for, but says how to get them', () => {
    const text = banner(gateway, config({ log: { format: 'json' } }), URL);
    for (const secret of [KEY, 'secret-token']) expect(text).not.toContain(secret);
    expect(JSON.parse(text)).toMatchObject({
      msg: 'Dragoman is ready.',
      baseUrl: `${URL}/v1`,
      clientKey: expect.stringContaining('./dragoman keys create'),
      signIn: expect.stringContaining('./dragoman sign-in-link'),
    });
  });

  it('warns when others can read what is sent', () => {
    const text = banner(gateway, config({ server: { host: '0.0.0.0' } }), URL);
    expect(text).toContain('Warning: The gateway listens on 0.0.0.0 without TLS');
  });
});
