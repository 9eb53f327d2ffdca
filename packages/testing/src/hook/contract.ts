import type {
  AttemptContext,
  ChatReply,
  ChatRequest,
  Finding,
  HookContext,
  HookType,
  JsonObject,
  RawContext,
} from '@dragoman/plugin';
import type { z } from 'zod';
import type { DeepPartial } from '../check/expect.ts';

/** What a hook does with a request. Without `refused` and `answered`, it lets the request pass. */
export interface RequestScenario {
  readonly name: string;
  /** What the user says. Default: `Hello`. */
  readonly says?: string;
  /** What else is different about the request. */
  readonly request?: Partial<ChatRequest>;
  /** What is different about the context, such as its headers. */
  readonly context?: Partial<HookContext>;
  /** What of the request must be as it says here, once the hook has changed it. */
  readonly expected?: DeepPartial<ChatRequest>;
  /** The request is refused, with this code. */
  readonly refused?: string;
  /** The hook answers itself, with a reply that has all this. */
  readonly answered?: DeepPartial<ChatReply>;
  /** What it notes, in this order. Default: anything. */
  readonly findings?: readonly Partial<Finding>[];
}

/** What a hook does with a reply. If it has a `request`, that sees the request first. */
export interface ReplyScenario extends Omit<RequestScenario, 'expected' | 'answered'> {
  /** The text of the reply. It comes in pieces of any size. */
  readonly reply: string;
  /** What the reply must have, once the hook has changed it. */
  readonly expected?: DeepPartial<ChatReply>;
}

/** What a hook's `attempt` does with a request for one candidate. If it has a `request`, that sees the request first. */
export interface AttemptScenario extends Omit<RequestScenario, 'answered' | 'context'> {
  /** What is different about the context, such as its `upstream`. */
  readonly context?: Partial<AttemptContext>;
}

/** What a hook's `raw` does with a body. Without `expected` and `refused`, it leaves the body as it is. */
export interface BodyScenario {
  readonly name: string;
  /** The body as the client sends it. */
  readonly body: JsonObject;
  /** What is different about the context, such as its `wire`. */
  readonly context?: Partial<RawContext>;
  /** What of the body must be as it says here, once the hook has changed it. A field that is `undefined` must be gone. */
  readonly expected?: JsonObject;
  /** The request is refused, with this code. */
  readonly refused?: string;
  /** What it notes, in this order. Default: anything. */
  readonly findings?: readonly Partial<Finding>[];
}

/** What a suite needs to know of a hook: samples of what it must change, refuse and leave alone. */
export interface HookContract<Options extends z.ZodObject = z.ZodObject> {
  readonly type: HookType<string, Options>;
  readonly options: z.input<Options>;
  /** Values that may never be seen in a log, a finding or an error: secrets of the options, and what is masked. */
  readonly secrets?: readonly string[];
  readonly requests?: readonly RequestScenario[];
  readonly replies?: readonly ReplyScenario[];
  /** What its `attempt` does. */
  readonly attempts?: readonly AttemptScenario[];
  /** What its `raw` does. */
  readonly bodies?: readonly BodyScenario[];
  /** How much text of a reply it may hold back, in characters. Default: 1,000. `all`: it needs the whole reply. */
  readonly holdsBack?: number | 'all';
  /** How long something may take before it counts as hanging, in milliseconds. Default: 10,000. */
  readonly patienceMs?: number;
}
