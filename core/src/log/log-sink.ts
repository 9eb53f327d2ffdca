import { write, writeSync } from 'node:fs';

/** The destination of log lines. Its errors never reach the gateway, and waiting lines take bounded memory. */
export interface LogSink {
  write(line: string): boolean;
  /** Writes pending lines. `done` is called when they are written, cannot be, or take too long. */
  flush(done?: () => void): void;
  status(): LogStatus;
  /** Stops writing at the end of the process. */
  close(): void;
}

export interface LogStatus {
  /** Why writing currently fails. */
  readonly reason?: string | undefined;
  /** Lines dropped since startup because too many waited. */
  readonly lost: number;
  /** Failed writes since startup. */
  readonly failures: number;
  /** Whether a write has not returned yet. */
  readonly isWriting: boolean;
}

type Write = (
  fd: number,
  bytes: Buffer,
  done: (error: NodeJS.ErrnoException | null, written: number) => void,
) => void;

export interface LogSinkInput {
  readonly fd: number;
  /** Bytes that may wait for {@link FLUSH_EVERY_MS} before they are written together. */
  readonly holds: number;
  /** Called when writing works again, with the number of lines lost meanwhile. */
  readonly onLost: (lines: number) => void;
  readonly write?: Write;
}

/** The most bytes that wait; further lines are lost. */
const MOST_WAITING = 16 * 1024 * 1024;
const MOST_AT_ONCE = 64 * 1024;
const FLUSH_EVERY_MS = 250;
/** How long shutdown waits for the last lines. */
const FLUSH_WITHIN_MS = 1_000;

/** A pipe with a slow reader is not broken. */
const SLOW: ReadonlySet<string | undefined> = new Set(['EAGAIN', 'EBUSY', 'EINTR']);

export function createLogSink(input: LogSinkInput): LogSink {
  return new FileSink(input);
}

/**
 * Not pino's own destination: it ends the process on most errors and, at the end of the process, repeats a failing
 * write forever.
 */
class FileSink implements LogSink {
  readonly #input: LogSinkInput;
  readonly #write: Write;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** The rest of an incomplete write. It may begin within a line, so it comes first. */
  #rest: Buffer | undefined;
  #isWriting = false;
  /** The last write failed; the next one has to wait. */
  #isBlocked = false;
  #timer: NodeJS.Timeout | undefined;
  #flushes: (() => void)[] = [];
  #problem: string | undefined;
  #failures = 0;
  #lost = 0;
  #unreportedLost = 0;
  #isOpen = false;

  constructor(input: LogSinkInput) {
    this.#input = input;
    this.#write = input.write ?? write;
  }

  write(line: string): boolean {
    if (!this.#isOpen) {
      this.#isOpen = true;
      process.on('exit', this.#writeLast);
    }
    const bytes = Buffer.from(line);
    if (this.#waitingBytes + bytes.length > MOST_WAITING) {
      this.#lost += 1;
      this.#unreportedLost += 1;
      this.#problem ??= 'The log has no reader.';
      return true;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > this.#input.holds && !this.#isBlocked) this.#next();
    else this.#writeSoon();
    return true;
  }

  flush(done?: () => void): void {
    if (done) {
      const timer = setTimeout(() => settle(), FLUSH_WITHIN_MS);
      const settle = (): void => {
        clearTimeout(timer);
        this.#flushes = this.#flushes.filter((other) => other !== settle);
        done();
      };
      this.#flushes.push(settle);
    }
    this.#next();
  }

  status(): LogStatus {
    return {
      reason: this.#problem,
      lost: this.#lost,
      failures: this.#failures,
      isWriting: this.#isWriting,
    };
  }

  close(): void {
    process.off('exit', this.#writeLast);
    clearTimeout(this.#timer);
    this.#isOpen = false;
  }

  #writeSoon(): void {
    this.#timer ??= setTimeout(() => this.#next(), FLUSH_EVERY_MS).unref();
  }

  #next(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isWriting) return;
    const bytes = this.#take();
    if (!bytes) {
      this.#settleFlushes();
      return;
    }
    this.#isWriting = true;
    this.#write(this.#input.fd, bytes, (error, written) => {
      this.#isWriting = false;
      if (error) this.#failed(bytes, error.code);
      else this.#succeeded(bytes, written);
    });
  }

  #failed(bytes: Buffer, code: string | undefined): void {
    this.#rest = bytes;
    this.#isBlocked = true;
    if (!SLOW.has(code)) {
      this.#failures += 1;
      this.#problem = `The log cannot be written (${code ?? 'unknown error'}).`;
      this.#settleFlushes();
    }
    this.#writeSoon();
  }

  #succeeded(bytes: Buffer, written: number): void {
    this.#waitingBytes -= written;
    this.#rest = written < bytes.length ? bytes.subarray(written) : undefined;
    this.#problem = undefined;
    this.#isBlocked = false;
    if (this.#unreportedLost > 0) {
      const lines = this.#unreportedLost;
      this.#unreportedLost = 0;
      this.#input.onLost(lines);
    }
    if (this.#waitingBytes > this.#input.holds || this.#flushes.length > 0) this.#next();
    else if (this.#waitingBytes > 0) this.#writeSoon();
  }

  #take(): Buffer | undefined {
    if (this.#rest) return this.#rest;
    let count = 0;
    let size = 0;
    for (const { length } of this.#waiting) {
      if (count > 0 && size + length > MOST_AT_ONCE) break;
      size += length;
      count += 1;
    }
    return count === 0 ? undefined : Buffer.concat(this.#waiting.splice(0, count), size);
  }

  #settleFlushes(): void {
    for (const settle of this.#flushes) settle();
  }

  /** Nothing can be awaited at the end of the process, so what cannot be written now is lost. */
  readonly #writeLast = (): void => {
    if (this.#isWriting) return;
    try {
      for (let bytes = this.#take(); bytes; bytes = this.#take()) {
        const written = writeSync(this.#input.fd, bytes);
        this.#rest = written < bytes.length ? bytes.subarray(written) : undefined;
      }
    } catch {
      // There is nowhere left to report it.
    }
  };
}
