import { type ChatEvent, GatewayError } from '@dragoman/plugin';
import { describe, expect, it, vi } from 'vitest';
import { readAll, type Script, scriptedReply } from '../test/scripted-reply.ts';
import { Flights } from './flights.ts';
import type { Keep } from './flight.ts';

const EVENTS: readonly ChatEvent[] = [
  { type: 'start', id: 'a', model: 'm' },
  { type: 'block-start', index: 0, block: { type: 'text' } },
  { type: 'ping' },
  { type: 'block-delta', index: 0, delta: 'Hello' },
  { type: 'block-end', index: 0 },
  { type: 'finish', reason: 'stop' },
];
const SERVED = { upstream: 'local', model: 'llama' };

/** A flight, with what its leader's request does. */
function fly({ maxLength = 1000, keep = async () => {} }: { maxLength?: number; keep?: Keep } = {}) {
  const flights = new Flights({ maxLength });
  const gone = new AbortController();
  const held = { count: 0 };
  const leader = {
    requestId: 'req_1',
    signal: gone.signal,
    hold: () => {
      held.count += 1;
      return () => void (held.count -= 1);
    },
  };
  return { flights, flight: flights.begin('k', leader, keep), gone, held };
}

/** Continues when all that can happen has happened. */
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('a flight', () => {
  it('gives followers and leader the same reply', async () => {
    const { flights, flight } = fly();
    const follower = flights.find('k')?.follow();
    const followed = readAll(follower ?? []);
    expect(await readAll(flight.begin(scriptedReply({ events: EVENTS }), SERVED))).toEqual(EVENTS);
    expect(await followed).toEqual(EVENTS);
    expect(flight.served).toEqual(SERVED);
  });

  it('can be followed while the reply is being kept, and no longer', async () => {
    const kept = Promise.withResolvers<void>();
    const keep = vi.fn<Keep>(() => kept.promise);
    const { flights, flight } = fly({ keep });
    await readAll(flight.begin(scriptedReply({ events: EVENTS }), SERVED));
    const whole = EVENTS.filter(({ type }) => type !== 'ping');
    expect(keep).toHaveBeenCalledExactlyOnceWith(whole, SERVED);
    expect(await readAll(flights.find('k')?.follow() ?? [])).toEqual(EVENTS);
    kept.resolve();
    await settled();
    expect(flights.find('k')).toBeUndefined();
    expect(flights.size).toBe(0);
  });

  it('goes on without its leader while somebody follows', async () => {
    const rest = Promise.withResolvers<void>();
    const source = scriptedReply({
      events: EVENTS,
      until: async (index) => (index > 0 ? rest.promise : undefined),
    });
    const { flight, held } = fly();
    expect(held.count).toBe(0);
    const [one, other] = [flight.follow(), flight.follow()];
    expect(held.count).toBe(1);
    const lead = flight.begin(source, SERVED)[Symbol.asyncIterator]();
    await lead.next();
    const left = vi.fn<() => void>();
    void lead.return?.().then(left);
    one.leave();
    await settled();
    expect(held.count).toBe(1);
    expect(left).not.toHaveBeenCalled();
    // Its follower need not read for the reply to come to its end.
    rest.resolve();
    await settled();
    expect(left).toHaveBeenCalledOnce();
    expect(held.count).toBe(0);
    expect(await readAll(other)).toEqual(EVENTS);
    expect(source.isClosed).toBe(false);
  });

  it('ends when leader and followers have left', async () => {
    const source = scriptedReply({ events: EVENTS });
    const { flights, flight, held } = fly();
    const follower = flight.follow();
    const lead = flight.begin(source, SERVED)[Symbol.asyncIterator]();
    await lead.next();
    const left = lead.return?.();
    follower.leave();
    await left;
    expect(source.isClosed).toBe(true);
    expect(held.count).toBe(0);
    expect(flights.find('k')).toBeUndefined();
    expect(flights.size).toBe(0);
  });

  it('does not wait for a leader whose client reads nothing', async () => {
    const { flight } = fly();
    const follower = flight.follow();
    flight.begin(scriptedReply({ events: EVENTS }), SERVED);
    expect(await readAll(follower)).toEqual(EVENTS);
  });

  it('does not let the leader wait for a follower whose client reads nothing', async () => {
    const { flight } = fly();
    flight.follow();
    const reply = flight.begin(scriptedReply({ events: EVENTS, isEndless: true }), SERVED);
    const lead = reply[Symbol.asyncIterator]();
    for (const event of EVENTS) expect((await lead.next()).value).toBe(event);
    expect(await lead.return?.()).toMatchObject({ done: true });
  });

  it('fails for its followers when the leader fails before it begins', async () => {
    const { flights, flight, gone, held } = fly();
    const followed = readAll(flight.follow());
    gone.abort(new GatewayError('overloaded', 'No upstream.'));
    await expect(followed).rejects.toThrow('No upstream.');
    expect(flights.find('k')).toBeUndefined();
    expect(flights.size).toBe(0);
    expect(held.count).toBe(0);
  });

  it('tells its followers when the leader ended without a reply', async () => {
    const { flight, gone } = fly();
    const followed = readAll(flight.follow());
    gone.abort();
    await expect(followed).rejects.toMatchObject({ kind: 'upstream-broken' });
  });

  it('fails for its followers as the upstream fails', async () => {
    const { flights, flight } = fly();
    const followed = readAll(flight.follow());
    const script: Script = { events: EVENTS.slice(0, 4), error: new Error('cut') };
    await expect(readAll(flight.begin(scriptedReply(script), SERVED))).rejects.toThrow('cut');
    await expect(followed).rejects.toThrow('cut');
    await settled();
    expect(flights.size).toBe(0);
  });

  it('is not followed once its leader has left', async () => {
    const { flights, gone } = fly();
    gone.abort();
    expect(flights.find('k')).toBeUndefined();
    await settled();
    expect(flights.size).toBe(0);
  });

  it('leaves a later flight of the same key alone when it ends', async () => {
    const { flights, flight } = fly();
    const later = flights.begin(
      'k',
      { requestId: 'req_2', signal: new AbortController().signal, hold: () => () => {} },
      async () => {},
    );
    await readAll(flight.begin(scriptedReply({ events: EVENTS }), SERVED));
    await settled();
    expect(flights.find('k')).toBe(later);
  });

  it('does not keep, and does not hold, a reply that is too large', async () => {
    const keep = vi.fn<Keep>(async () => {});
    const { flights, flight } = fly({ maxLength: 60, keep });
    const early = readAll(flight.follow());
    expect(await readAll(flight.begin(scriptedReply({ events: EVENTS }), SERVED))).toEqual(EVENTS);
    expect(await early).toEqual(EVENTS);
    expect(flights.find('k')).toBeUndefined();
    expect(keep).not.toHaveBeenCalled();
  });

  it('passes a second reply of the same request through', async () => {
    const { flight } = fly();
    flight.begin(scriptedReply({ events: EVENTS }), SERVED);
    const second = scriptedReply({ events: EVENTS });
    expect(flight.begin(second, SERVED)).toBe(second);
  });

  it('gives those who came while the cache was asked the answer that it had', async () => {
    const { flight, flights } = fly();
    const followed = readAll(flight.follow());
    const lead = flight.replay(EVENTS, SERVED);
    expect(flights.find('k')).toBeUndefined();
    expect(await readAll(lead)).toEqual(EVENTS);
    expect(await followed).toEqual(EVENTS);
  });
});
