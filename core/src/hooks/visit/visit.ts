import { type Answer, type ChatRequest, GatewayError, type JsonObject } from '@dragoman/plugin';
import { HookRefusal } from '@dragoman/plugin/internal/plugin/hooks/refuse';
import { isAnswer } from '@dragoman/plugin/internal/plugin/hooks/answer';
import type { HookPhase } from '@dragoman/plugin/internal/canonical/trace-record';
import { redactValues } from '@dragoman/plugin/internal/http-provider/upstream-error';
import { describeThrown } from '../../registry/containment/describe-thrown.ts';
import { runAs } from '../../registry/containment/plugin-scope.ts';
import type { Exchange } from '../../routing/exchange.ts';
import type { HttpPools } from '../../transport/pools.ts';
import type { BuiltHook } from '../built-hook.ts';
import { deepFreeze } from './deep-freeze.ts';
import { type AttemptPlace, type HookedRequest, OpenAttemptContext, OpenContext } from './hook-context.ts';
import { HookDiary } from './hook-diary.ts';
import { jsonCopy } from './json-copy.ts';
import { requestProblem } from './request-problem.ts';
import { withinLimit } from './within-limit.ts';

export interface VisitInput {
  readonly hook: BuiltHook;
  readonly request: HookedRequest;
  /** The request's, or that of one attempt in a race. */
  readonly exchange: Exchange;
  readonly pools: HttpPools;
  /** Headers for the reply, which all hooks share. */
  readonly headers: Map<string, string>;
}

interface Attempted extends AttemptPlace {
  readonly attempt: number;
  readonly state: Map<unknown, unknown>;
  /** The shadow's calls before this attempt. */
  readonly before: Promise<void>;
}

/** An answer with the diary of the call that gave it. */
export interface Answered {
  readonly answer: Answer;
  readonly diary: HookDiary;
}

/** One hook in one request, or in one attempt of it: the only place that enters a hook. */
export class Visit {
  readonly hook: BuiltHook;
  readonly context: OpenContext;
  readonly #input: VisitInput;
  readonly #attempt: number | undefined;
  readonly #controller = new AbortController();
  readonly #state: Map<unknown, unknown>;
  #diary: HookDiary | undefined;
  #isSkipped = false;
  /** What a shadow does meanwhile. It never rejects. */
  #meanwhile: Promise<void>;

  constructor(input: VisitInput, attempted?: Attempted) {
    const { hook, request, exchange, pools, headers } = input;
    this.#input = input;
    this.hook = hook;
    this.#attempt = attempted?.attempt;
    this.#meanwhile = attempted?.before ?? Promise.resolve();
    this.#state = new Map(attempted?.state);
    const open = {
      ...{ hook, request, pools, state: this.#state },
      signal: this.#controller.signal,
      note: (finding: unknown) => this.#diary?.note(finding),
      setHeader: (name: string, value: string) => {
        if (!this.isShadow) headers.set(name, value);
      },
    };
    this.context = attempted ? new OpenAttemptContext(open, attempted) : new OpenContext(open);
    exchange.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Whether it belongs to one attempt. */
  get isAttempt(): boolean {
    return this.#attempt !== undefined;
  }

  get isShadow(): boolean {
    return this.hook.config.shadow;
  }

  /** Whether it failed in this request, which goes on without it. */
  get isSkipped(): boolean {
    return this.#isSkipped;
  }

  get signal(): AbortSignal {
    return this.#input.exchange.signal;
  }

  /** The same hook in one attempt, with a copy of its state. */
  fork(
    input: Pick<VisitInput, 'exchange' | 'headers'>,
    place: AttemptPlace & { readonly attempt: number },
  ): Visit {
    const { hook, request, pools } = this.#input;
    const fork = new Visit(
      { hook, request, pools, ...input },
      { ...place, state: this.#state, before: this.#meanwhile },
    );
    fork.#isSkipped = this.#isSkipped;
    // A shadow's earlier calls may still write to the state.
    if (this.isShadow) {
      fork.later(() => {
        for (const [name, value] of this.#state) fork.#state.set(name, value);
        return Promise.resolve();
      });
    }
    return fork;
  }

  /** Throws the client's error if the hook fails and is not `open`. */
  applies(): boolean {
    const { hook } = this.hook;
    if (!hook.applies) return true;
    try {
      const is: unknown = this.run(() => hook.applies?.(this.context));
      if (typeof is !== 'boolean') throw new TypeError('applies() did not return true or false.');
      return is;
    } catch (error) {
      this.recover(error, this.open('applies'));
      return false;
    }
  }

  /** The changed body; `undefined` if it is unchanged. */
  raw(body: JsonObject): JsonObject | undefined {
    const { hook } = this.hook;
    if (!hook.raw || this.#isSkipped) return undefined;
    const diary = this.open('raw');
    const started = performance.now();
    try {
      const changed: unknown = this.run(() => hook.raw?.(deepFreeze(body), this.context));
      if (changed === undefined || changed === body) return undefined;
      const copy = jsonCopy(changed);
      diary.changed(body, copy);
      return this.isShadow ? undefined : copy;
    } catch (error) {
      this.recover(error, diary);
      return undefined;
    } finally {
      diary.took(performance.now() - started);
    }
  }

  request(request: ChatRequest): Promise<ChatRequest | Answered> {
    const { hook } = this.hook;
    if (!hook.request) return Promise.resolve(request);
    return this.#ask('request', request, () => hook.request?.(request, this.context));
  }

  async attempt(request: ChatRequest): Promise<ChatRequest> {
    const { hook } = this.hook;
    const { context } = this;
    if (!hook.attempt || !(context instanceof OpenAttemptContext)) return request;
    const asked = await this.#ask('attempt', request, () => hook.attempt?.(request, context));
    return 'answer' in asked ? request : asked;
  }

  async #ask(phase: HookPhase, request: ChatRequest, work: () => unknown): Promise<ChatRequest | Answered> {
    if (this.#isSkipped) return request;
    deepFreeze(request);
    if (this.isShadow) {
      this.later(async () => void (await this.#asked(phase, request, work)));
      return request;
    }
    return this.#asked(phase, request, work);
  }

  async #asked(phase: HookPhase, request: ChatRequest, work: () => unknown): Promise<ChatRequest | Answered> {
    const diary = this.open(phase);
    const started = performance.now();
    try {
      const given: unknown = await withinLimit(this.run(work), this.hook.config.timeoutMs, this.signal);
      if (phase === 'request' && isAnswer(given)) {
        diary.answered();
        return { answer: given, diary };
      }
      const problem = requestProblem(given, request);
      if (problem !== undefined)
        throw new TypeError(`${phase}() did not return a valid request: ${problem}.`);
      diary.changed(request, given);
      return deepFreeze(given as ChatRequest);
    } catch (error) {
      this.recover(error, diary);
      return request;
    } finally {
      diary.took(performance.now() - started);
    }
  }

  /** Begins the record of one call. */
  open(phase: HookPhase): HookDiary {
    const { hook, exchange } = this.#input;
    return (this.#diary = new HookDiary({
      ...{ phase, record: exchange.record, attempt: this.#attempt },
      ...{ hook: hook.config.id, isShadow: this.isShadow, secrets: hook.secrets },
    }));
  }

  /** Runs the hook's code. */
  run<T>(work: () => T): T {
    return runAs(this.hook.scope, work);
  }

  /** Lets a shadow work while the request goes on. */
  later(work: () => Promise<void>): void {
    this.#meanwhile = this.#meanwhile.then(work).catch(() => {});
  }

  /**
   * Handles what the hook threw: throws the client's error, or returns if the request goes on without the hook. That
   * can be too late, whatever the configuration says.
   */
  recover(thrown: unknown, diary: HookDiary, { isTooLate = false } = {}): void {
    const { exchange } = this.#input;
    if (exchange.signal.aborted) throw GatewayError.from(exchange.signal.reason);
    if (HookRefusal.is(thrown)) {
      diary.refused();
      this.#isSkipped = true;
      if (!this.isShadow) throw this.#refusal(thrown);
      return;
    }
    const { config, failures, log, secrets, plugin } = this.hook;
    const reason = redactValues(describeThrown(thrown), secrets.values);
    diary.failed(reason);
    const fields = failures.take(reason);
    if (fields) log.error({ error: thrown, ...fields }, 'A hook failed.');
    this.#isSkipped = true;
    this.end();
    if (this.isShadow || (config.onError === 'open' && !isTooLate)) return;
    throw new GatewayError('internal', `The hook ${config.id} failed.`, {
      code: 'hook_failed',
      cause: thrown,
      operatorNote: `The plugin ${plugin} threw: ${reason}`,
    });
  }

  #refusal(refusal: HookRefusal): GatewayError {
    const { secrets } = this.hook;
    // From another version of the package, they may be anything.
    const { message, code }: Readonly<Record<'message' | 'code', unknown>> = refusal;
    return new GatewayError('invalid', redactValues(String(message), secrets.values), { code: String(code) });
  }

  /** The request is over only when this is. */
  onEnd(work: Promise<void>): void {
    this.#input.exchange.onEnd(() => work);
  }

  /** The hook's work is over, for a reason. */
  end(reason: unknown = new DOMException('The request is over.', 'AbortError')): void {
    this.#input.exchange.signal.removeEventListener('abort', this.#onAbort);
    // Listeners of the hook run synchronously; what they throw is theirs.
    this.run(() => this.#controller.abort(reason));
  }

  /** Resolves when a shadow has nothing more to do. */
  get settled(): Promise<void> {
    return this.#meanwhile;
  }

  readonly #onAbort = (): void => this.end();
}
