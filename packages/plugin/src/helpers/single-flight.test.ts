import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { singleFlight } from './single-flight.ts';

interface Token {
  readonly text: string;
  readonly expiresAt: number;
}

/** A load that the test answers by hand. */
function createLogin(options: { readonly earlyMs?: number; readonly timeoutMs?: number } = {}) {
  const loads: { readonly signal: AbortSignal; readonly done: PromiseWithResolvers<Token> }[] = [];
  const closing = new AbortController();
  const clock = { at: 0, now: () => clock.at };
  const flight = singleFlight<Token>(
    (signal) => {
      const done = Promise.withResolvers<Token>();
      loads.push({ signal, done });
      return done.promise;
    },
    { clock, signal: closing.signal, redact: () => {} },
    { expiresAt: ({ expiresAt }) => expiresAt, ...options },
  );
  return {
    ...{ flight, loads, clock },
    close: () => closing.abort(),
    answer: (text: string, expiresAt = Infinity) => loads.at(-1)?.done.resolve({ text, expiresAt }),
  };
}

function caller() {
  const controller = new AbortController();
  return { signal: controller.signal, leave: () => controller.abort() };
}

afterEach(() => vi.useRealTimers());

describe('singleFlight', () => {
  it('loads once for 20 callers at once, and keeps the value', async () => {
    const { flight, loads, answer } = createLogin();
    const waiting = Array.from({ length: 20 }, () => flight.get(caller()));
    answer('a');
    expect((await Promise.all(waiting)).map(({ text }) => text)).toEqual(Array(20).fill('a'));
    expect((await flight.get(caller())).text).toBe('a');
    expect(loads).toHaveLength(1);
  });

  it('renews once for 20 callers whose value was refused', async () => {
    const { flight, loads, answer } = createLogin();
    const first = flight.get(caller());
    answer('a');
    const stale = await first;
    const waiting = Array.from({ length: 20 }, () => flight.renew(stale, caller()));
    answer('b');
    expect((await Promise.all(waiting)).map(({ text }) => text)).toEqual(Array(20).fill('b'));
    expect((await flight.renew(stale, caller())).text).toBe('b');
    expect(loads).toHaveLength(2);
  });

  it('goes on for others when the first caller leaves', async () => {
    const { flight, loads, answer } = createLogin();
    const first = caller();
    const left = flight.get(first);
    const other = flight.get(caller());
    first.leave();
    await expect(left).rejects.toMatchObject({ kind: 'cancelled' });
    expect(loads[0]?.signal.aborted).toBe(false);
    answer('a');
    expect((await other).text).toBe('a');
    expect(loads).toHaveLength(1);
  });

  it('rejects a caller who has left already', async () => {
    const { flight } = createLogin();
    const gone = caller();
    gone.leave();
    await expect(flight.get(gone)).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('loads again when the value has expired', async () => {
    const { flight, loads, clock, answer } = createLogin();
    const first = flight.get(caller());
    answer('a', 100);
    await first;
    clock.at = 99;
    expect((await flight.get(caller())).text).toBe('a');
    clock.at = 100;
    const next = flight.get(caller());
    answer('b');
    expect((await next).text).toBe('b');
    expect(loads).toHaveLength(2);
  });

  it('renews early without making anybody wait', async () => {
    const { flight, loads, clock, answer } = createLogin({ earlyMs: 10 });
    const first = flight.get(caller());
    answer('a', 100);
    await first;
    clock.at = 90;
    expect((await flight.get(caller())).text).toBe('a');
    expect((await flight.get(caller())).text).toBe('a');
    expect(loads).toHaveLength(2);
    answer('b');
    await loads[1]?.done.promise;
    await vi.waitFor(async () => expect((await flight.get(caller())).text).toBe('b'));
  });

  it('keeps a value that is still good when its early renewal fails', async () => {
    const { flight, loads, clock, answer } = createLogin({ earlyMs: 10 });
    const first = flight.get(caller());
    answer('a', 100);
    await first;
    clock.at = 95;
    await flight.get(caller());
    loads[1]?.done.reject(new Error('no'));
    expect((await flight.get(caller())).text).toBe('a');
  });

  it('does not renew a short-lived value before half of its life is over', async () => {
    const { flight, loads, clock, answer } = createLogin({ earlyMs: 60_000 });
    const first = flight.get(caller());
    answer('a', 100);
    await first;
    clock.at = 49;
    await flight.get(caller());
    expect(loads).toHaveLength(1);
    clock.at = 50;
    await flight.get(caller());
    expect(loads).toHaveLength(2);
  });

  it('gives all who wait the error, and lets the next load rest', async () => {
    const { flight, loads, clock, answer } = createLogin();
    const waiting = [flight.get(caller()), flight.get(caller())];
    loads[0]?.done.reject(new Error('wrong password'));
    for (const one of waiting) await expect(one).rejects.toThrow('wrong password');
    clock.at = 999;
    await expect(flight.get(caller())).rejects.toThrow('wrong password');
    expect(loads).toHaveLength(1);
    clock.at = 1_000;
    const next = flight.get(caller());
    answer('a');
    expect((await next).text).toBe('a');
  });

  it('does not rest for longer when the clock is set back', async () => {
    const { flight, loads, clock, answer } = createLogin();
    clock.at = 1_000_000;
    const first = flight.get(caller());
    loads[0]?.done.reject(new Error('no'));
    await expect(first).rejects.toThrow('no');
    clock.at = 0;
    const next = flight.get(caller());
    answer('a');
    expect((await next).text).toBe('a');
  });

  it('abandons a load that takes too long, whatever it does', async () => {
    vi.useFakeTimers();
    const { flight, loads } = createLogin({ timeoutMs: 5_000 });
    const waiting = flight.get(caller());
    const rejected = expect(waiting).rejects.toMatchObject({ kind: 'timeout' });
    await vi.advanceTimersByTimeAsync(5_000);
    await rejected;
    expect(loads[0]?.signal.aborted).toBe(true);
  });

  it('ends the load when the upstream is closed, and loads nothing after that', async () => {
    const { flight, loads, close, clock } = createLogin();
    const waiting = flight.get(caller());
    close();
    await expect(waiting).rejects.toMatchObject({ kind: 'cancelled' });
    expect(loads[0]?.signal.aborted).toBe(true);
    clock.at = 5_000;
    await expect(flight.get(caller())).rejects.toThrow();
    expect(loads).toHaveLength(1);
  });

  it('has the headers of a credential redacted, and nothing of other values', async () => {
    const redacted: string[] = [];
    const setup = {
      ...{ clock: { now: () => 0 }, signal: new AbortController().signal },
      redact: (secret: string) => void redacted.push(secret),
    };
    for (const value of [{ headers: { authorization: 'Bearer t' } }, { token: 't' }, 'text', null])
      await singleFlight<unknown>(async () => value, setup).get(caller());
    expect(redacted).toEqual(['Bearer t']);
  });

  it('never has two loads at once, and never gives an expired or refused value', async () => {
    const step = fc.oneof(
      fc.constant('get' as const),
      fc.constant('renew' as const),
      fc.constant('leave' as const),
      fc.constant('answer' as const),
      fc.constant('fail' as const),
      fc.constant('wait' as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const clock = { at: 0, now: () => clock.at };
        let running = 0;
        let most = 0;
        let count = 0;
        let settle: { resolve: (token: Token) => void; reject: (error: unknown) => void } | undefined;
        const refused = new Set<Token>();
        let known: Token | undefined;
        const flight = singleFlight<Token>(
          async () => {
            running += 1;
            most = Math.max(most, running);
            const { promise, resolve, reject } = Promise.withResolvers<Token>();
            settle = { resolve, reject };
            try {
              return await promise;
            } finally {
              running -= 1;
            }
          },
          { clock, signal: new AbortController().signal, redact: () => {} },
          { expiresAt: ({ expiresAt }) => expiresAt, earlyMs: 30 },
        );
        const callers: ReturnType<typeof caller>[] = [];
        const open: Promise<void>[] = [];
        const watch = (wait: (one: ReturnType<typeof caller>) => Promise<Token>): void => {
          const one = caller();
          const before = new Set(refused);
          callers.push(one);
          open.push(
            wait(one).then(
              (token) => {
                expect(before.has(token)).toBe(false);
                expect(token.expiresAt).toBeGreaterThan(clock.at);
                known = token;
              },
              () => {},
            ),
          );
        };
        for (const what of steps) {
          if (what === 'get') watch((one) => flight.get(one));
          if (what === 'renew' && known) {
            const stale = known;
            refused.add(stale);
            watch((one) => flight.renew(stale, one));
          }
          if (what === 'leave') callers.pop()?.leave();
          if (what === 'answer') settle?.resolve({ text: `${(count += 1)}`, expiresAt: clock.at + 100 });
          if (what === 'fail') settle?.reject(new Error('no'));
          if (what === 'wait') clock.at += 40;
          await new Promise((resolve) => setImmediate(resolve));
        }
        settle?.reject(new Error('over'));
        for (const one of callers) one.leave();
        await Promise.all(open);
        expect(most).toBeLessThanOrEqual(1);
      }),
      { numRuns: 100 },
    );
  });
});
