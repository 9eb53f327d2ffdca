import { setTimeout } from 'node:timers/promises';
import { isJsonObject } from '@dragoman/plugin';
import { CallLog } from '../upstreams/call-log.ts';
import {
  type MockCall,
  type MockReply,
  type MockUpstream,
  startMockUpstream,
} from '../upstreams/mock-upstream.ts';
import { modelList } from './model-list.ts';
import { replyOf, type Sleep } from './reply.ts';
import { type ModelRequest, requestOf } from './request.ts';
import { matches, type RequestMatcher, type TurnOf } from './script.ts';
import { anthropic } from './wires/anthropic.ts';
import { gemini } from './wires/gemini.ts';
import { openAiChat } from './wires/openai-chat.ts';
import { openAiResponses } from './wires/openai-responses.ts';
import type { ModelWire } from './wires/wire.ts';

const WIRES: readonly ModelWire[] = [openAiChat, openAiResponses, anthropic, gemini];

/** Models that do what a test says. */
export interface MockModels {
  /** `http://127.0.0.1:port`. The wires are told apart by the end of the path, so a base URL may go on, as with `/v1`. */
  readonly url: string;
  /** All requests so far, in the order of their arrival. */
  readonly requests: readonly ModelRequest[];
  /** The newest request; throws when there was none. */
  readonly lastRequest: ModelRequest;
  /** How many turns are left. */
  readonly turnsLeft: number;
  /** Adds turns. Each is for one request, in order. */
  say(...turns: readonly TurnOf[]): void;
  /** Answers all requests that match. Of several matchers the first decides, before any turn. */
  when(matcher: RequestMatcher, turn: TurnOf): void;
  /** The request number `count`, counted from 1, as soon as it has arrived. Default: the next one. */
  waitForRequest(count?: number): Promise<ModelRequest>;
  /** Forgets requests, turns and matchers. */
  reset(): void;
  close(): Promise<void>;
}

export interface MockModelsOptions {
  /** The names that the lists of models have. Default: `mock-model`. Requests may name any model. */
  readonly models?: readonly string[];
  /** How delays are waited for. Default: by the clock. */
  readonly sleep?: Sleep;
}

/**
 * Starts models on a free port of loopback. From one script they answer clients of OpenAI's Chat Completions and
 * Responses, Anthropic's Messages and Gemini's generateContent, streamed or whole.
 *
 * @example
 * const models = await startMockModels(['Hello', { calls: [{ name: 'get_time' }] }]);
 * models.when({ says: /weather/ }, { text: 'Sunny.' });
 */
export async function startMockModels(
  script: readonly TurnOf[] = [],
  options: MockModelsOptions = {},
): Promise<MockModels> {
  const models = new ScriptedModels(await startMockUpstream(), options);
  models.say(...script);
  return models;
}

class ScriptedModels implements MockModels {
  readonly #server: MockUpstream;
  readonly #options: MockModelsOptions;
  readonly #log = new CallLog<ModelRequest, TurnOf>();
  #rules: (readonly [RequestMatcher, TurnOf])[] = [];

  constructor(server: MockUpstream, options: MockModelsOptions) {
    this.#server = server;
    this.#options = options;
    server.handle('*', (call) => this.#answer(call));
  }

  get url(): string {
    return this.#server.url;
  }

  get requests(): readonly ModelRequest[] {
    return this.#log.all;
  }

  get lastRequest(): ModelRequest {
    return this.#log.last;
  }

  get turnsLeft(): number {
    return this.#log.queued;
  }

  say(...turns: readonly TurnOf[]): void {
    this.#log.queue(...turns);
  }

  when(matcher: RequestMatcher, turn: TurnOf): void {
    this.#rules.push([matcher, turn]);
  }

  waitForRequest(count?: number): Promise<ModelRequest> {
    return this.#log.waitFor(count);
  }

  reset(): void {
    this.#log.clear();
    this.#rules = [];
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  async #answer(call: MockCall): Promise<MockReply> {
    const { models = ['mock-model'], sleep = async (ms) => setTimeout(ms) } = this.#options;
    if (call.method === 'GET' && call.path.endsWith('/models')) return { body: modelList(models, call) };
    const wire = WIRES.find(({ path }) => path.test(call.path));
    if (!wire) return { status: 404, body: { error: { message: `No wire has the path ${call.path}.` } } };
    if (!isJsonObject(call.body)) return wire.error('invalid', 'The body is not a JSON object.');
    const read = wire.read(call.body, call);
    const request = requestOf(wire.name, read, call);
    this.#log.record(request);
    const turn = this.#turnFor(request);
    if (turn === undefined) return wire.error('invalid', `The script has no turn for "${request.says}".`);
    const { stream, transport = 'sse' } = read;
    const chosen = typeof turn === 'function' ? await turn(request) : turn;
    return replyOf(chosen, { wire, stream, transport, sleep });
  }

  #turnFor(request: ModelRequest): TurnOf | undefined {
    const rule = this.#rules.find(([matcher]) => matches(matcher, request));
    return rule ? rule[1] : this.#log.next();
  }
}
