import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLogSink, type LogSink } from './log-sink.ts';

type Done = (error: NodeJS.ErrnoException | null, written: number) => void;

interface Destination {
  readonly sink: LogSink;
  /** Everything that was written. */
  text(): string;
  /** The error of every write, or how many bytes one takes at most. */
  answer: string | number;
  readonly onLost: ReturnType<typeof vi.fn<(lines: number) => void>>;
}

function createDestination(holds = 0): Destination {
  vi.useFakeTimers();
  let text = '';
  const onLost = vi.fn<(lines: number) => void>();
  const write = (_: number, bytes: Buffer, done: Done): void => {
    const { answer } = destination;
    if (answer === 'HANG') return;
    if (typeof answer === 'string') {
      done(Object.assign(new Error(answer), { code: answer }), 0);
      return;
    }
    const taken = bytes.subarray(0, answer);
    text += taken.toString();
    done(null, taken.length);
  };
  const sink = createLogSink({ fd: 1, holds, onLost, write });
  onTestFinished(() => {
    sink.close();
    vi.useRealTimers();
  });
  const destination: Destination = { sink, text: () => text, answer: Infinity, onLost };
  return destination;
}

describe('the log', () => {
  it.each(['ENOSPC', 'EIO', 'EDQUOT', 'EFBIG', 'EPIPE', 'EBADF'])(
    'survives %s, says so, and writes every line in order once that is over',
    (code) => {
      const destination = createDestination();
      const { sink } = destination;
      sink.write('one\n');
      destination.answer = code;
      sink.write('two\n');
      sink.write('three\n');
      expect(sink.status()).toMatchObject({ reason: `The log cannot be written (${code}).`, lost: 0 });
      const flushed = vi.fn();
      sink.flush(flushed);
      expect(flushed).toHaveBeenCalledOnce();
      vi.advanceTimersByTime(1_000);
      expect(sink.status().failures).toBeGreaterThan(2);
      destination.answer = Infinity;
      vi.advanceTimersByTime(300);
      expect(destination.text()).toBe('one\ntwo\nthree\n');
      expect(sink.status().reason).toBeUndefined();
    },
  );

  it('waits for a slow reader without calling it a failure', () => {
    const destination = createDestination();
    destination.answer = 'EAGAIN';
    destination.sink.write('one\n');
    expect(destination.sink.status()).toMatchObject({ reason: undefined, failures: 0 });
    destination.answer = 2;
    vi.advanceTimersByTime(1_000);
    expect(destination.text()).toBe('one\n');
  });

  it('keeps a bounded number of lines, counts the others, and tells of them afterwards', () => {
    const destination = createDestination();
    const { sink, onLost } = destination;
    const line = `${'x'.repeat(1024 * 1024 - 1)}\n`;
    destination.answer = 'ENOSPC';
    for (let count = 0; count < 20; count += 1) sink.write(line);
    expect(sink.status().lost).toBe(4);
    destination.answer = Infinity;
    vi.advanceTimersByTime(10_000);
    expect(onLost).toHaveBeenCalledExactlyOnceWith(4);
    expect(destination.text()).toHaveLength(16 * line.length);
  });

  it('lets nobody wait for a write that hangs', () => {
    const destination = createDestination();
    destination.answer = 'HANG';
    destination.sink.write('one\n');
    const flushed = vi.fn();
    destination.sink.flush(flushed);
    vi.advanceTimersByTime(1_000);
    expect(flushed).toHaveBeenCalledOnce();
    expect(destination.sink.status().isWriting).toBe(true);
  });

  it('writes small lines together', () => {
    const { sink, text } = createDestination(100);
    sink.write('one\n');
    sink.write('two\n');
    expect(text()).toBe('');
    vi.advanceTimersByTime(250);
    expect(text()).toBe('one\ntwo\n');
    sink.write('three\n');
    sink.flush();
    expect(text()).toBe('one\ntwo\nthree\n');
  });
});
