import type { AttemptRecord, GatewayError } from '@dragoman/plugin';
import type { AttemptReason } from '@dragoman/plugin/internal/canonical/trace-record';
import type { CallTimes } from '../upstreams/call.ts';
import type { Candidate } from '../catalogue/candidate.ts';
import type { Exchange } from './exchange.ts';

interface Attempted {
  readonly exchange: Exchange;
  readonly reason: AttemptReason;
  readonly name: string;
}

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };

/** More add nothing, and all of them are stored. */
const MAX_FAULTS = 10;

/** Records one attempt of a request while it runs. */
export class AttemptDiary {
  readonly #record: Writable<AttemptRecord>;
  readonly #origin: number;
  readonly #faults: string[] = [];

  constructor({ upstream, model }: Candidate, { exchange, reason, name }: Attempted, queuedAt: number) {
    const now = performance.now();
    const { record } = exchange;
    this.#origin = record.arrivedAt;
    this.#record = {
      ...{ upstream: upstream.config.id, model, name, reason },
      queuedMs: now - queuedAt,
      startMs: now - this.#origin,
      endMs: now - this.#origin,
    };
    record.attemptRecords.push(this.#record);
  }

  /** Only the first failure counts: others follow from it. */
  failed({ kind, message, details: { retryAfterMs, operatorNote } }: GatewayError): void {
    this.#record.error ??= {
      kind,
      message: operatorNote === undefined ? message : `${message} ${operatorNote}`,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
  }

  /** The provider's events had a fault. Each kind is recorded once. */
  fault(what: string): void {
    if (this.#faults.length >= MAX_FAULTS || this.#faults.includes(what)) return;
    this.#faults.push(what);
    this.#record.faults = this.#faults;
  }

  end(seen: CallTimes): void {
    this.saw(seen);
    this.#record.endMs = performance.now() - this.#origin;
  }

  /** What was learned after its end: a short reply is over before it counts as begun. */
  saw({ sentAt, connectedAt, headersAt, firstAt, status, upstreamRequestId }: CallTimes): void {
    const record = this.#record;
    if (sentAt !== undefined) record.sentMs = sentAt - this.#origin;
    if (connectedAt !== undefined) record.connectedMs = connectedAt - this.#origin;
    if (headersAt !== undefined) record.headersMs = headersAt - this.#origin;
    if (firstAt !== undefined) record.firstMs = firstAt - this.#origin;
    if (status !== undefined) record.status = status;
    if (upstreamRequestId !== undefined) record.upstreamRequestId = upstreamRequestId;
    record.endMs = Math.max(record.endMs, record.firstMs ?? 0);
  }
}
