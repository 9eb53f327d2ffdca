import type { ChatEvent, ChatRequest, Hook } from '@dragoman/plugin';
import { FINDING_ACTIONS } from '@dragoman/plugin/internal/canonical/trace-record';
import { type Answer, isAnswer } from '@dragoman/plugin/internal/plugin/hooks/answer';
import { BrokenRule } from '../check/check.ts';
import { deepFreeze } from '../check/deep-freeze.ts';
import { must, mustMatch, mustNotContain, show } from '../check/expect.ts';
import { PATIENCE_MS, withPatience } from '../check/patience.ts';
import { withoutStrays } from '../check/strays.ts';
import { type AnyHookContext, createHookTest, type HookTest } from '../context/hook-context.ts';
import { chatRequest, readReply } from '../events.ts';
import type { HookContract, RequestScenario } from './contract.ts';

/** What one check works with: a hook of its own, and what it was given. */
export interface HookBench {
  readonly hook: Hook;
  readonly test: HookTest;
  /** Gives a request to the hook, and returns what became of it. */
  ask(scenario: RequestScenario, context: AnyHookContext): Promise<ChatRequest | Answer>;
  /** Lets events pass the hook. Events are frozen, as those of the gateway are. */
  pass(events: AsyncIterable<ChatEvent>, context: AnyHookContext): AsyncIterable<ChatEvent>;
  wait<T>(promise: Promise<T>, message: string): Promise<T>;
}

/** Does the work of one check. Afterwards nothing may be left behind, and no secret may have been told. */
export async function onHookBench(
  contract: HookContract,
  work: (bench: HookBench) => Promise<void>,
): Promise<void> {
  const { type, options, secrets = [], patienceMs = PATIENCE_MS } = contract;
  const test = createHookTest();
  const wait: HookBench['wait'] = (promise, message) =>
    withPatience(promise, patienceMs, new BrokenRule(message));
  try {
    await withoutStrays(async () => {
      const hook = type.create(type.options.parse(options), test.setup);
      await work({
        ...{ hook, test, wait },
        ask: async (scenario, context) => {
          const request = deepFreeze(chatRequest(scenario.says ?? 'Hello', scenario.request));
          const became = hook.request?.(request, Object.assign(context, scenario.context)) ?? request;
          return wait(Promise.resolve(became), 'The hook does not return the request.');
        },
        pass: (events, context) => hook.reply?.(frozen(events), context) ?? events,
      });
      const closing = Promise.resolve(hook.close?.());
      await withPatience(closing, patienceMs, new BrokenRule('The hook does not close.', { rule: 'closes' }));
    });
    mustNote(test);
    mustNotContain(test.logged, secrets, 'The log');
    mustNotContain(test.findings, secrets, 'A finding');
  } finally {
    await test.close();
  }
}

async function* frozen(events: AsyncIterable<ChatEvent>): AsyncGenerator<ChatEvent> {
  for await (const event of events) yield deepFreeze(event);
}

function mustNote({ findings, replyHeaders }: HookTest): void {
  for (const finding of findings) {
    const isValid = /\S/.test(finding.rule) && FINDING_ACTIONS.includes(finding.action);
    must(isValid, `The finding ${show(finding)} has no rule, or an unknown action.`, 'notes-well');
  }
  const foreign = Object.keys(replyHeaders).filter((name) => !name.startsWith('x-dragoman-'));
  must(foreign.length === 0, `It sets the header ${foreign[0]}, not one of x-dragoman-….`, 'notes-well');
}

/** Fails unless a request became what its scenario expects. */
export async function mustBecome(
  became: ChatRequest | Answer,
  { expected = {}, answered }: RequestScenario,
): Promise<void> {
  if (!isAnswer(became)) {
    must(answered === undefined, 'The hook lets the request pass instead of answering it.');
    mustMatch(became, expected, 'The request');
    return;
  }
  must(answered !== undefined, 'The hook answers the request instead of letting it pass.');
  const { reply } = became;
  const told = Symbol.asyncIterator in reply ? await readReply(reply) : reply;
  mustMatch(told, answered, 'The answer');
}
