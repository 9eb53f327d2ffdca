import { GatewayError } from '@dragoman/plugin';
import { Places } from '../base/places.ts';

/** Ends uploads that are too slow, since each takes memory while it lasts. */
export interface UploadWatch {
  /** Watches an upload until its `end`. `onEnd` is called at most once, with the error to respond with. */
  watch(onEnd: (error: GatewayError) => void): Upload;
  /** Stops watching all uploads. */
  interrupt(error: GatewayError): void;
}

export interface Upload {
  /** Counts bytes that arrived. */
  add(bytes: number): void;
  end(): void;
}

export interface UploadWatchInput {
  /** 0 for no minimum. */
  readonly minBytesPerSecond: number;
  /** 0 for no maximum. */
  readonly maxMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The rate is measured over consecutive windows of this length. */
const WINDOW_MS = 30_000;
const SWEEP_EVERY_MS = 1_000;

export function createUploadWatch({ minBytesPerSecond, maxMs, now }: UploadWatchInput): UploadWatch {
  const running = new Places<WatchedUpload>();
  let timer: NodeJS.Timeout | undefined;
  const isSlow = ({ since, bytes }: WatchedUpload, at: number): boolean =>
    bytes < (minBytesPerSecond * (at - since)) / 1000;

  const sweep = (): void => {
    const at = now();
    for (const upload of running) {
      if (maxMs > 0 && at - upload.beganAt >= maxMs) upload.fail(tooLong(maxMs));
      else if (at - upload.since < WINDOW_MS) continue;
      else if (isSlow(upload, at)) upload.fail(tooSlow(minBytesPerSecond));
      else upload.begin(at);
    }
    if (!running.isEmpty) return;
    clearInterval(timer);
    timer = undefined;
  };
  return {
    watch(onEnd) {
      const upload: WatchedUpload = new WatchedUpload(now(), onEnd, () => running.remove(place));
      const place = running.add(upload);
      timer ??= setInterval(sweep, SWEEP_EVERY_MS).unref();
      return upload;
    },
    interrupt(error) {
      for (const upload of running) upload.fail(error);
    },
  };
}

class WatchedUpload implements Upload {
  readonly beganAt: number;
  since: number;
  bytes = 0;
  readonly #onEnd: (error: GatewayError) => void;
  #leave: (() => void) | undefined;

  constructor(now: number, onEnd: (error: GatewayError) => void, leave: () => void) {
    this.beganAt = now;
    this.since = now;
    this.#onEnd = onEnd;
    this.#leave = leave;
  }

  add(bytes: number): void {
    this.bytes += bytes;
  }

  begin(now: number): void {
    this.since = now;
    this.bytes = 0;
  }

  fail(error: GatewayError): void {
    this.end();
    this.#onEnd(error);
  }

  end(): void {
    this.#leave?.();
    this.#leave = undefined;
  }
}

function tooSlow(minBytesPerSecond: number): GatewayError {
  return new GatewayError(
    'request-timeout',
    `The request body arrived too slowly: less than ${minBytesPerSecond} bytes per second (server.minUploadRate).`,
    { code: 'request_timeout' },
  );
}

function tooLong(maxMs: number): GatewayError {
  return new GatewayError(
    'request-timeout',
    `The request took longer than ${maxMs} ms to arrive (server.requestTimeoutMs).`,
    { code: 'request_timeout' },
  );
}
