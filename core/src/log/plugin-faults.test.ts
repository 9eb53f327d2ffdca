import { describe, expect, it } from 'vitest';
import { bindLog } from '../registry/containment/bound-log.ts';
import { createLogs } from './log.ts';
import { PluginFaults } from './plugin-faults.ts';

const faultsAt = (times: readonly number[]): PluginFaults => {
  const left = [...times];
  return new PluginFaults({
    now: () => left.shift() ?? 0,
    redact: (text) => text.replaceAll('sk-secret', '[redacted]'),
  });
};

describe('the errors of a plugin', () => {
  it('are counted, and the last one is kept without secrets, whatever is logged', () => {
    const faults = faultsAt([10, 20]);
    const log = bindLog(faults.watch(createLogs({ level: 'silent', format: 'json' }).log), {
      plugin: 'quill',
    });
    log.warn({}, 'Not an error.');
    expect(faults.of('quill')).toBeUndefined();
    log.error({ error: new TypeError('no ink') }, 'It failed.');
    expect(faults.of('quill')).toEqual({
      count: 1,
      last: { at: 10, message: 'It failed. TypeError: no ink' },
    });
    log.error({ upstream: 'pen', error: new Error('x'), cause: 'of sk-secret' }, 'It failed again.');
    expect(faults.of('quill')).toEqual({
      count: 2,
      last: { at: 20, upstream: 'pen', message: 'It failed again. of [redacted]' },
    });
    expect(faults.of('other')).toBeUndefined();
  });

  it("do not include the gateway's own, which are still logged", () => {
    const faults = faultsAt([]);
    const logged: unknown[] = [];
    const write = (fields: object, _message: string): void => void logged.push(fields);
    const log = faults.watch({ debug: write, info: write, warn: write, error: write });
    log.error({ requestId: 'r' }, 'A request failed.');
    log.info({ plugin: 'quill' }, 'It is fine.');
    expect(logged).toEqual([{ requestId: 'r' }, { plugin: 'quill' }]);
    expect(faults.of('quill')).toBeUndefined();
  });
});
