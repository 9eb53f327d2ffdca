import { expect, it } from 'vitest';
import type { AdminDeps } from '../../deps.ts';
import { askTraces } from './ask-traces.ts';

it('a store of traces that does not answer is one line of the log, and no stack', async () => {
  const logged: unknown[] = [];
  const deps = {
    traces: { isOn: true, ask: () => Promise.reject(new Error('database is locked')) },
    log: { error: (...line: readonly unknown[]) => logged.push(line) },
  } as unknown as AdminDeps;
  await expect(askTraces(deps, 'get', 'req_1')).rejects.toMatchObject({ code: 'unavailable' });
  expect(logged).toEqual([[{ reason: 'database is locked' }, 'The trace store did not respond.']]);
});
