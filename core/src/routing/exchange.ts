import type { Log, Protocol, RawRequest } from '@dragoman/plugin';
import type { StoredKey } from '../state/state.ts';
import type { RequestRecord } from './request-record.ts';

/** One client request on its way through the gateway. */
export interface Exchange {
  readonly requestId: string;
  readonly protocol: Protocol;
  readonly raw: RawRequest;
  /** The client's key; absent if the gateway is open. */
  readonly key?: StoredKey | undefined;
  /** Fires when the client disconnects, unless the request is held. */
  readonly signal: AbortSignal;
  /** Lets the request go on after its client has disconnected, until the returned function is called. */
  readonly hold: () => () => void;
  readonly log: Log;
  readonly record: RequestRecord;
  /** Registers a callback for the end of the reply, however it ends. */
  readonly onEnd: (ending: () => Promise<void>) => void;
}
