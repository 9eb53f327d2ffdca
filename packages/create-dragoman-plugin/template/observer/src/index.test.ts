import { createTestContext, describeObserver, traceRecord } from '@dragoman/testing';
import { expect, it } from 'vitest';
import { acme } from './index.ts';

describeObserver('acme', { create: (setup) => acme().createObserver(setup) });

it('logs what is slow, and nothing else', async () => {
  const test = createTestContext();
  const observer = acme({ ms: 100 }).createObserver({ ...test.setup, now: () => 0 });
  for (const ms of [100, 101]) observer.observe(traceRecord({ id: `req_${ms}`, ms }));
  expect(test.logged).toMatchObject([{ level: 'warn', fields: { request: 'req_101', ms: 101 } }]);
  await test.close();
});
