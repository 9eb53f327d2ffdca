import { randomUUIDv7 } from 'node:crypto';
import type { Refusal } from '../../canonical/errors.ts';
import type { Protocol } from '../../plugin/protocol.ts';
import type { RequestRecord } from '../../routing/request-record.ts';
import type { StoredKey } from '../../state/state.ts';
import type { BodyAccount } from './body-budget.ts';

/** What the middleware knows of every request; it lives on `ctx.state`. */
export interface RequestState {
  /** The gateway's own: it names the trace. */
  requestId: string;
  /** The client's own, from `x-request-id`. */
  clientRequestId?: string;
  /** The client's. Asked for at once: a socket that is closed has none any more. */
  address: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  record: RequestRecord;
  /** The protocol to tell errors in. */
  protocol: Protocol;
  key?: StoredKey;
  /** Why it was refused before any work was done for it. */
  refused?: Refusal;
  /** Whether a refused request is recorded: only a sample is. */
  isSampled?: boolean;
  /** Whether it is a request to a model, which people may want to look into. Absent before an endpoint serves it. */
  isTraced?: boolean;
  /** The trace whose request is sent again. */
  replayOf?: string;
  /** Where it stands among the requests that run now. */
  livePlace?: number;
  /** The memory that its bodies take. */
  account?: BodyAccount;
  /** What is to be done when the reply is over. */
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
