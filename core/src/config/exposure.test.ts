import { describe, expect, it } from 'vitest';
import { exposureWarning } from './exposure.ts';
import { resolveConfig } from './resolve.ts';

const warningOf = (server: object) => exposureWarning(resolveConfig({ plugins: [], server }));

describe('the warning of a gateway that others can listen to', () => {
  it.each([
    { host: '0.0.0.0' },
    { host: '::' },
    { host: '192.0.2.1' },
    { host: 'gateway.internal' },
    { host: '0.0.0.0', publicUrl: 'http://llm.example.com' },
  ])('comes for %j', (server) => {
    expect(warningOf(server)).toContain(`listens on ${server.host} without TLS`);
  });

  it('comes for a console that listens beyond this machine, too', () => {
    const config = resolveConfig({ plugins: [], console: { port: 0, host: '0.0.0.0' } });
    expect(exposureWarning(config)).toContain('listens on 0.0.0.0 without TLS');
  });

  it.each([
    {},
    { host: 'localhost' },
    { host: '::1' },
    { host: '0.0.0.0', publicUrl: 'https://llm.example.com' },
    { host: '0.0.0.0', tls: { cert: 'cert.pem', key: 'key.pem' } },
  ])('does not come for %j', (server) => {
    expect(warningOf(server)).toBeUndefined();
  });
});
