import type { ChatReply, ChatRequest, ErrorKind, ProviderType } from '@dragoman/plugin';
import type { z } from 'zod';
import type { DeepPartial } from '../check/expect.ts';
import type { FakeUpstream, ReplyOf } from '../upstreams/fake-upstream.ts';
import type { MockReply } from '../upstreams/mock-reply.ts';
import type { MockUpstream } from '../upstreams/mock-upstream.ts';

/** A situation: what is asked and what the upstream answers. A provider without an upstream needs no `reply`. */
export interface Scenario<Reply = MockReply> {
  readonly name: string;
  /** What is different from a user who says `Hello`. */
  readonly request?: Partial<ChatRequest>;
  readonly reply?: Reply;
}

/** A call that is answered. */
export interface AnswerScenario<Reply = MockReply> extends Scenario<Reply> {
  /** What the events must fold to; fields that are left out may be anything. */
  readonly expected: DeepPartial<ChatReply>;
  /** Whether this reply tells how many tokens it took. Default: as the contract says. */
  readonly reportsUsage?: boolean;
}

/** A call that fails. */
export interface FailureScenario<Reply = MockReply> extends Scenario<Reply> {
  readonly kind: ErrorKind;
  /** Whether events come first; else another upstream may still be tried. */
  readonly midstream?: boolean;
  readonly retryAfterMs?: number;
}

/** What the options of an upstream point at. */
export interface ContractServers<Upstream> {
  readonly upstream: Upstream;
  /** Where logins go. Every request there is answered with `login.reply`. */
  readonly loginUrl: string;
}

/** What a suite needs to know of a provider: how to point it at a fake upstream, and samples of what that answers. */
export interface ProviderContract<
  Options extends z.ZodObject = z.ZodObject,
  Upstream extends FakeUpstream = MockUpstream,
> {
  /** The provider. A function, for one whose plugin must know the fake upstream, such as the program to start. */
  readonly type: ProviderType<string, Options> | ((upstream: Upstream) => ProviderType<string, Options>);
  /** Starts the fake upstream. Default: `startMockUpstream`, an HTTP server. */
  readonly upstream?: () => Promise<Upstream>;
  /** Options that point at an upstream at this URL. */
  readonly options: (url: string, servers: ContractServers<Upstream>) => z.input<Options>;
  /** Values of the options that may never be seen in an error or a log. */
  readonly secrets?: readonly string[];
  /** Replies and what they must fold to. Each is delivered in several ways: HTTP in pieces of 1 and 7 bytes, too. */
  readonly answers: readonly AnswerScenario<ReplyOf<Upstream>>[];
  readonly failures: readonly FailureScenario<ReplyOf<Upstream>>[];
  /** Situations in which the upstream falls silent; an abort must end them. */
  readonly silences: readonly Scenario<ReplyOf<Upstream>>[];
  /** What `models` gives, where the provider lists models. */
  readonly models?: { readonly reply?: ReplyOf<Upstream>; readonly ids: readonly string[] };
  /** Whether every answer tells how many tokens it took. Default: true. Without, the gateway estimates. */
  readonly reportsUsage?: boolean;
  /** For a provider that logs in at `loginUrl`. Its calls must share a login. */
  readonly login?: {
    /** How the login server answers. */
    readonly reply: MockReply;
    /** How an HTTP upstream refuses what an expired login gave. The provider must log in anew and try once more. */
    readonly expired?: MockReply;
  };
  /** How long something may take before it counts as hanging, in milliseconds. Default: 10,000. */
  readonly patienceMs?: number;
}

/** A contract whose upstream can be any. */
export type AnyProviderContract = ProviderContract<z.ZodObject, FakeUpstream>;
