import { GatewayError } from '../canonical/errors.ts';
import type { Waiting } from '../plugin/credentials.ts';
import type { ProviderSetup } from '../plugin/provider.ts';
import { waitFor } from './wait-for.ts';

export interface SingleFlightOptions<T> {
  /** How long loading may take. Default: 30 seconds. */
  readonly timeoutMs?: number;
  /** When a value expires, in milliseconds since 1970. Default: never. */
  readonly expiresAt?: (value: T) => number | undefined;
  /**
   * How long before that a value is renewed, but not before half of its life is over. Until it expires, callers get it
   * without waiting. Default: 0.
   */
  readonly earlyMs?: number;
  /** How long the error of a failed load stands for all callers before another is tried. Default: 1 second. */
  readonly restMs?: number;
}

type FlightSetup = Pick<ProviderSetup, 'clock' | 'signal' | 'redact'>;

/** A value that is loaded once for everybody who needs it. */
export interface SingleFlight<T> {
  /** The value. Loads it if there is none or it expired; callers who come meanwhile wait for the same load. */
  get(waiting: Waiting): Promise<T>;
  /** A newer value than one that proved to be stale. Of many callers with the same stale value, only one loads. */
  renew(stale: T, waiting: Waiting): Promise<T>;
}

/**
 * Loads a value that calls share, such as a login, one load at a time. Callers never end each other's wait: a load goes
 * on when the client whose call began it leaves. Use the `http` of the setup in `load`, and pass the signal on: it fires
 * after `timeoutMs`, and when the upstream is closed.
 *
 * @example
 * const login = singleFlight((signal) => logIn(setup.http, signal), setup, {
 *   expiresAt: ({ expiresAt }) => expiresAt,
 *   earlyMs: 60_000,
 * });
 */
export function singleFlight<T>(
  load: (signal: AbortSignal) => Promise<T>,
  setup: Pick<ProviderSetup, 'clock' | 'signal' | 'redact'>,
  options: SingleFlightOptions<T> = {},
): SingleFlight<T> {
  return new Flight(load, setup, options);
}

interface Loaded<T> {
  readonly value: T;
  readonly at: number;
}

class Flight<T> implements SingleFlight<T> {
  readonly #load: (signal: AbortSignal) => Promise<T>;
  readonly #setup: FlightSetup;
  readonly #options: SingleFlightOptions<T>;
  #loaded: Loaded<T> | undefined;
  #running: Promise<T> | undefined;
  #failed: { readonly error: unknown; readonly at: number } | undefined;

  constructor(
    load: (signal: AbortSignal) => Promise<T>,
    setup: FlightSetup,
    options: SingleFlightOptions<T>,
  ) {
    this.#load = load;
    this.#setup = setup;
    this.#options = options;
  }

  get({ signal }: Waiting): Promise<T> {
    const loaded = this.#loaded;
    const age = loaded ? this.#ageOf(loaded) : 'expired';
    if (!loaded || age === 'expired') return waitFor(this.#start(), signal);
    if (age === 'early') this.#start().catch(() => {});
    return waitFor(Promise.resolve(loaded.value), signal);
  }

  renew(stale: T, waiting: Waiting): Promise<T> {
    if (this.#loaded?.value === stale) this.#loaded = undefined;
    return this.get(waiting);
  }

  #ageOf({ value, at }: Loaded<T>): 'fresh' | 'early' | 'expired' {
    const { expiresAt, earlyMs = 0 } = this.#options;
    const end = expiresAt?.(value);
    if (end === undefined) return 'fresh';
    const now = this.#setup.clock.now();
    if (now >= end) return 'expired';
    return now >= end - Math.min(earlyMs, (end - at) / 2) ? 'early' : 'fresh';
  }

  #start(): Promise<T> {
    if (this.#running) return this.#running;
    const { restMs = 1_000 } = this.#options;
    const since = this.#failed ? this.#setup.clock.now() - this.#failed.at : restMs;
    // A clock that was set back must not prolong the rest.
    if (this.#failed && since >= 0 && since < restMs) return Promise.reject(this.#failed.error);
    const running = this.#run().finally(() => (this.#running = undefined));
    running.catch(() => {});
    return (this.#running = running);
  }

  async #run(): Promise<T> {
    const { clock, signal: closed } = this.#setup;
    const { timeoutMs = 30_000 } = this.#options;
    const controller = new AbortController();
    const onClosed = (): void => controller.abort(closed.reason);
    const onTimeout = (): void => controller.abort(tookTooLong(timeoutMs));
    const timer = setTimeout(onTimeout, timeoutMs);
    if (closed.aborted) onClosed();
    else closed.addEventListener('abort', onClosed, { once: true });
    try {
      const { signal } = controller;
      signal.throwIfAborted();
      const value = await waitFor(this.#load(signal), signal);
      for (const secret of headersIn(value)) this.#setup.redact(secret);
      this.#loaded = { value, at: clock.now() };
      this.#failed = undefined;
      return value;
    } catch (error) {
      this.#failed = { error, at: clock.now() };
      throw error;
    } finally {
      clearTimeout(timer);
      closed.removeEventListener('abort', onClosed);
    }
  }
}

/** The values of the headers of a credential. */
function headersIn(value: unknown): readonly string[] {
  const headers =
    typeof value === 'object' && value !== null && 'headers' in value ? value.headers : undefined;
  return typeof headers === 'object' && headers !== null
    ? Object.values(headers).filter((header) => typeof header === 'string')
    : [];
}

function tookTooLong(ms: number): GatewayError {
  return new GatewayError(
    'timeout',
    `What requests to this upstream wait for, such as its login, took longer than ${ms} ms.`,
  );
}
