import { NONE } from '../../limits/amount.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningAdmin, startAdmin } from '../../../../tests/support/admin.ts';
import { GatewayError } from '@dragoman/plugin';

let admin: RunningAdmin;
beforeEach(async () => {
  admin = await startAdmin({
    upstreams: [{ id: 'polly', provider: 'parrot', models: { list: ['m'] }, options: { word: 'Hi.' } }],
  });
});
afterEach(() => admin.close());

const alias = {
  name: 'fast',
  candidates: [{ upstream: 'polly', model: 'm', weight: 2 }],
  policy: 'weighted',
};

describe('aliases', () => {
  it('are added, replaced and removed, and count at once', async () => {
    const added = await admin.call('PUT', '/aliases', alias);
    expect(added).toMatchObject({
      status: 200,
      body: { name: 'fast', origin: 'state', resolved: [{ upstream: 'polly', model: 'm' }] },
    });
    expect((await admin.deps.catalogue.resolve('fast', undefined)).policy).toBe('weighted');
    await admin.call('PUT', '/aliases', { ...alias, policy: 'order' });
    expect((await admin.call('GET', '/aliases')).body).toMatchObject([{ name: 'fast', policy: 'order' }]);
    expect((await admin.call('DELETE', '/aliases/fast')).status).toBe(204);
    await expect(admin.deps.catalogue.resolve('fast', undefined)).rejects.toMatchObject({
      kind: 'not-found',
    });
    expect((await admin.call('DELETE', '/aliases/fast')).status).toBe(404);
  });

  it('may have names that a path has to spell', async () => {
    const name = '/^gpt-(.+)$/';
    await admin.call('PUT', '/aliases', { name, candidates: [{ model: '$1' }] });
    expect((await admin.deps.catalogue.resolve('gpt-m', undefined)).candidates).toHaveLength(1);
    expect((await admin.call('DELETE', `/aliases/${encodeURIComponent(name)}`)).status).toBe(204);
  });

  it.each([
    [{ ...alias, candidates: [] }, 'candidates'],
    [{ ...alias, policy: 'best' }, 'policy'],
    [{ ...alias, name: '/(/' }, 'name'],
    [{ ...alias, candidates: [{ model: 'm', wieght: 1 }] }, 'candidates[0].wieght'],
  ])('that make no sense are refused with the field', async (input, path) => {
    const { status, body } = await admin.call('PUT', '/aliases', input);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { issues: [{ path }] } });
  });
});

describe('health', () => {
  const healthOf = async () => {
    const { body } = await admin.call('GET', '/health');
    return (body as readonly object[])[0];
  };
  const isUsable = async () => {
    const [candidate] = (await admin.deps.catalogue.resolve('m', undefined)).candidates;
    return candidate?.health.isUsable(admin.deps.now());
  };

  it('tells who is not asked, why, and until when', async () => {
    const [candidate] = (await admin.deps.catalogue.resolve('m', undefined)).candidates;
    expect(await healthOf()).toMatchObject({ upstream: 'polly', model: 'm', state: 'closed', reason: null });
    const limited = new GatewayError('rate-limit', 'No.', { retryAfterMs: 30_000 });
    candidate?.health.failed(limited, admin.deps.now());
    expect(await healthOf()).toMatchObject({
      ...{ state: 'open', reason: 'rate-limit' },
      until: new Date(admin.deps.now() + 30_000).toISOString(),
    });
    admin.pass(30_000);
    expect(await healthOf()).toMatchObject({ state: 'half-open', reason: 'rate-limit', until: null });
    await admin.call('POST', '/upstreams/polly/resume');
    expect(await healthOf()).toMatchObject({ state: 'closed', reason: null });
  });

  it('can be overruled: an upstream is paused, also one of the config file, and resumed', async () => {
    await admin.deps.catalogue.resolve('m', undefined);
    const paused = await admin.call('POST', '/upstreams/polly/pause', { seconds: 60 });
    expect(paused.body).toMatchObject([{ state: 'open', reason: 'paused' }]);
    expect(await isUsable()).toBe(false);
    await admin.call('POST', '/upstreams/polly/resume');
    expect(await isUsable()).toBe(true);
    await admin.call('POST', '/upstreams/polly/pause', {});
    admin.pass(3_600_000);
    expect(await isUsable()).toBe(true);
  });
});

describe('limits', () => {
  it('are shown with what is used of them', async () => {
    const { key } = (
      await admin.call('POST', '/keys', { name: 'k', limits: { requestsPerMinute: 5, costTotal: 1 } })
    ).body as { readonly key: { readonly id: string } };
    const subject = { kind: 'key' as const, id: key.id, limits: { requestsPerMinute: 5 } };
    await admin.deps.limiter.admit([subject], () => ({
      input: NONE,
      output: NONE,
      cost: NONE,
      mostCost: NONE,
    }));
    expect((await admin.call('GET', '/limits')).body).toMatchObject([
      {
        ...{ kind: 'key', id: key.id },
        uses: [
          { name: 'requestsPerMinute', limit: 5, used: 1, resetsAt: '2026-11-21T12:01:00.000Z' },
          { name: 'costTotal', limit: 1, used: 0 },
        ],
      },
    ]);
    await admin.call('PATCH', `/keys/${key.id}`, { limits: null });
    expect((await admin.call('GET', '/limits')).body).toEqual([]);
  });
});
