import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createRunning, stopped } from './running.ts';

/** A request's response, whose connection the test closes. */
function response() {
  const res = Object.assign(new EventEmitter(), { writableFinished: false });
  return { ctx: { res: res as unknown as ServerResponse }, res };
}

describe('a running request', () => {
  it('ends when its client disconnects, and not when its reply is complete', () => {
    const running = createRunning();
    const [gone, served] = [response(), response()];
    const [first, second] = [running.begin(gone.ctx), running.begin(served.ctx)];
    gone.res.emit('close');
    served.res.writableFinished = true;
    served.res.emit('close');
    expect(first.signal.reason).toMatchObject({ name: 'AbortError' });
    expect(second.signal.aborted).toBe(false);
  });

  it('goes on while somebody holds it', () => {
    const { ctx, res } = response();
    const { signal, hold } = createRunning().begin(ctx);
    const [one, other] = [hold(), hold()];
    res.emit('close');
    one();
    one();
    expect(signal.aborted).toBe(false);
    other();
    expect(signal.aborted).toBe(true);
  });

  it('that was held and let go ends with its client', () => {
    const { ctx, res } = response();
    const { signal, hold } = createRunning().begin(ctx);
    hold()();
    expect(signal.aborted).toBe(false);
    res.emit('close');
    expect(signal.aborted).toBe(true);
  });

  it('is interrupted even if it is held', () => {
    const running = createRunning();
    const { ctx, res } = response();
    const { signal, hold } = running.begin(ctx);
    const release = hold();
    res.emit('close');
    const reason = stopped();
    running.interrupt(reason);
    release();
    expect(signal.reason).toBe(reason);
    expect(running.interrupted).toBe(1);
  });

  it('does not begin once all were interrupted', () => {
    const running = createRunning();
    const reason = stopped();
    running.interrupt(reason);
    expect(running.begin(response().ctx).signal.reason).toBe(reason);
  });
});
