import { notify } from '@dragoman/plugin-notify';
import { otel } from '@dragoman/plugin-otel';
import { describeObserver, startMockUpstream } from '@dragoman/testing';
import { afterAll } from 'vitest';
import { slowRequests } from '../../plugins/echo/test/example/slow-requests.ts';

const server = await startMockUpstream();
server.handle('*', () => ({ body: {} }));
afterAll(() => server.close());

describeObserver('of the plugin guide', { create: slowRequests({ ms: 0 }).createObserver });

describeObserver('notify', {
  create: notify({
    channels: [{ type: 'webhook', url: server.url, secret: 'secret-of-the-hook' }],
    downAfter: 1,
  }).createObserver,
  secrets: ['secret-of-the-hook'],
});

describeObserver('otel', {
  create: otel({ endpoint: server.url, headers: { authorization: 'token-of-the-collector' } }).createObserver,
  secrets: ['token-of-the-collector'],
});
