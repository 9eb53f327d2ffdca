import { randomUUIDv7 } from 'node:crypto';
import type { Protocol, Refusal } from '@dragoman/plugin';
import type { RequestRecord } from '../../routing/request-record.ts';
import type { StoredKey } from '../../state/state.ts';
import type { BodyAccount } from './body-budget.ts';

/** What the middleware knows of every request, on `ctx.state`. */
export interface RequestState {
  /** The gateway's own id, which names the trace. */
  requestId: string;
  /** The client's own, from `x-request-id`. */
  clientRequestId?: string;
  /** The client's address. Read at once: a closed socket has none. */
  address: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  record: RequestRecord;
  /** The protocol for errors. */
  protocol: Protocol;
  key?: StoredKey;
  /** Why it was refused unread. */
  refused?: Refusal;
  /** Whether a refused request is recorded: only a sample is. */
  isSampled?: boolean;
  /** Whether it is a request to a model, which is traced. Absent before an endpoint serves it. */
  isTraced?: boolean;
  /** The trace that this request replays. */
  replayOf?: string;
  /** Its slot among the running requests. */
  livePlace?: number;
  /** The memory of its bodies. */
  account?: BodyAccount;
  /** Called when the reply is over. */
  endings?: (() => Promise<void>)[];
}

const SANE_REQUEST_ID = /^[\w.:-]{1,128}$/;

/** A new id. It begins with the time, so that the store's index of ids grows at its end. */
export function createRequestId(): string {
  return `req_${randomUUIDv7()}`;
}

/** A client's own request id, if it is safe to return. */
export function clientRequestIdOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && SANE_REQUEST_ID.test(header) ? header : undefined;
}
