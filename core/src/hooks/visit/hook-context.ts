import type {
  AttemptContext,
  Caller,
  Capabilities,
  Finding,
  HeaderMap,
  HttpClient,
  Log,
  ModelPlace,
  RawContext,
  ReplyContext,
} from '@dragoman/plugin';
import { bindLog } from '../../registry/containment/bound-log.ts';
import type { Exchange } from '../../routing/exchange.ts';
import type { HttpPools } from '../../transport/pools.ts';
import type { BuiltHook } from '../built-hook.ts';

/** A request as its hooks see it. */
export interface HookedRequest {
  readonly exchange: Exchange;
  readonly caller: Caller;
  /** As the client named it. */
  readonly model: string;
  readonly wire: string;
  /** Without the client's credentials. */
  readonly headers: HeaderMap;
}

export interface ContextInput {
  readonly hook: BuiltHook;
  readonly request: HookedRequest;
  readonly pools: HttpPools;
  readonly signal: AbortSignal;
  readonly state: Map<unknown, unknown>;
  readonly note: (finding: Finding) => void;
  readonly setHeader: (name: string, value: string) => void;
}

/** What a hook gets with each of its calls. */
export class OpenContext implements RawContext, ReplyContext {
  readonly requestId: string;
  readonly caller: Caller;
  readonly model: string;
  readonly protocol: string;
  readonly wire: string;
  readonly headers: HeaderMap;
  readonly signal: AbortSignal;
  readonly state: Map<unknown, unknown>;
  readonly note: (finding: Finding) => void;
  readonly hold: () => () => void;
  readonly replyHeader: (name: string, value: string) => void;
  readonly from?: ModelPlace;
  readonly #input: ContextInput;
  #log: Log | undefined;
  #http: HttpClient | undefined;

  constructor(input: ContextInput) {
    const { request, signal, state, note, setHeader } = input;
    this.#input = input;
    this.requestId = request.exchange.requestId;
    this.caller = request.caller;
    this.model = request.model;
    this.protocol = request.exchange.protocol.name;
    this.wire = request.wire;
    this.headers = request.headers;
    this.signal = signal;
    this.state = state;
    this.note = note;
    this.hold = request.exchange.hold;
    this.replyHeader = (name, value) => setHeader(headerName(name), headerText(value));
  }

  get log(): Log {
    return (this.#log ??= bindLog(this.#input.hook.log, { requestId: this.requestId }));
  }

  get http(): HttpClient {
    const { hook, pools, signal } = this.#input;
    return (this.#http ??= pools.client({ timeouts: hook.timeouts, signal, name: hook.config.id }));
  }
}

export interface AttemptPlace {
  readonly from: ModelPlace;
  readonly capabilities: Capabilities;
}

/** The same for one attempt. */
export class OpenAttemptContext extends OpenContext implements AttemptContext {
  override readonly from: ModelPlace;
  readonly upstream: string;
  readonly upstreamModel: string;
  readonly capabilities: Capabilities;

  constructor(input: ContextInput, { from, capabilities }: AttemptPlace) {
    super(input);
    this.from = from;
    this.upstream = from.upstream;
    this.upstreamModel = from.model;
    this.capabilities = capabilities;
  }
}

const HEADER_NAME = /^x-dragoman-[a-z0-9-]{1,64}$/;
const MAX_HEADER_TEXT = 1_000;

function headerName(name: unknown): string {
  const lower = String(name).toLowerCase();
  if (!HEADER_NAME.test(lower))
    throw new TypeError('The name of a reply header must begin with "x-dragoman-".');
  return lower;
}

function headerText(value: unknown): string {
  return String(value).slice(0, MAX_HEADER_TEXT);
}
