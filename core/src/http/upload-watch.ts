import { GatewayError } from '../canonical/errors.ts';
import { Places } from './places.ts';

/** Ends uploads that are too slow, since each takes memory for as long as it lasts. */
export interface UploadWatch {
  /** Watches an upload until its `end`. `onSlow` is called once, with the error to answer with. */
  watch(onSlow: (error: GatewayError) => void): Upload;
}

export interface Upload {
  /** Counts bytes that arrived. */
  add(bytes: number): void;
  end(): void;
}

export interface UploadWatchInput {
  /** 0 for no minimum. */
  readonly minBytesPerSecond: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The rate is measured over consecutive windows of this length. */
const WINDOW_MS = 30_000;
const SWEEP_EVERY_MS = 1_000;

const UNWATCHED: Upload = { add: () => {}, end: () => {} };

export function createUploadWatch({ minBytesPerSecond, now }: UploadWatchInput): UploadWatch {
  const running = new Places<WatchedUpload>();
  let timer: NodeJS.Timeout | undefined;
  const isSlow = ({ since, bytes }: WatchedUpload, at: number): boolean =>
    bytes < (minBytesPerSecond * (at - since)) / 1000;

  const sweep = (): void => {
    const at = now();
    for (const upload of running) {
      if (at - upload.since < WINDOW_MS) continue;
      if (isSlow(upload, at)) upload.fail(tooSlow(minBytesPerSecond));
      else upload.begin(at);
    }
    if (!running.isEmpty) return;
    clearInterval(timer);
    timer = undefined;
  };
  return {
    watch(onSlow) {
      if (minBytesPerSecond === 0) return UNWATCHED;
      const upload: WatchedUpload = new WatchedUpload(now(), onSlow, () => running.remove(place));
      const place = running.add(upload);
      timer ??= setInterval(sweep, SWEEP_EVERY_MS).unref();
      return upload;
    },
  };
}

class WatchedUpload implements Upload {
  since: number;
  bytes = 0;
  readonly #onSlow: (error: GatewayError) => void;
  #leave: (() => void) | undefined;

  constructor(now: number, onSlow: (error: GatewayError) => void, leave: () => void) {
    this.since = now;
    this.#onSlow = onSlow;
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
    this.#onSlow(error);
  }

  end(): void {
    this.#leave?.();
    this.#leave = undefined;
  }
}

function tooSlow(minBytesPerSecond: number): GatewayError {
  return new GatewayError(
    'request-timeout',
    `The request body arrived too slowly: less than ${minBytesPerSecond} bytes a second (server.minUploadRate).`,
    { code: 'request_timeout' },
  );
}
