import { expect, it } from 'vitest';
import { pathOf, urlOf } from '../../console/lib/admin/address.ts';

it('writes parameters into the path, whatever they hold', () => {
  expect(pathOf('POST /upstreams/:id/test', { params: { id: 'a/b c' } })).toBe('/upstreams/a%2Fb%20c/test');
});

it('leaves out fields of the query that have no value', () => {
  const query = { limit: 1, model: '', upstream: null, thread: undefined, tool: 'a&b' };
  expect(pathOf('GET /traces', { query })).toBe('/traces?limit=1&tool=a%26b');
  expect(pathOf('GET /traces', { query: { model: '' } })).toBe('/traces');
});

it('addresses files and streams below the admin API', () => {
  expect(urlOf('GET /traces/:id/raw', { params: { id: 'req_1' }, query: { attempt: 0 } })).toBe(
    '/admin/api/v1/traces/req_1/raw?attempt=0',
  );
  expect(urlOf('GET /audit/export')).toBe('/admin/api/v1/audit/export');
});
