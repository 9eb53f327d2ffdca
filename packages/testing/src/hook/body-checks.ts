import { type Hook, isJsonObject, type JsonObject } from '@dragoman/plugin';
import { HookRefusal } from '@dragoman/plugin/internal/plugin/hooks/refuse';
import fc from 'fast-check';
import { BrokenRule, type Check } from '../check/check.ts';
import { deepFreeze } from '../check/deep-freeze.ts';
import { must, mustEqual, mustMatch, show } from '../check/expect.ts';
import { mustHold } from '../check/property.ts';
import type { AnyHookContext } from '../context/hook-context.ts';
import { spoiled } from '../spoiled.ts';
import { type HookBench, onHookBench } from './bench.ts';
import type { BodyScenario, HookContract } from './contract.ts';
import { mustBeRefusal } from './request-checks.ts';

/** A body with what most wires have, for a contract without bodies. */
const PLAIN: JsonObject = {
  model: 'mock-model',
  stream: true,
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
};

/** What it does with bodies that are not decoded. */
export function bodyChecks(contract: HookContract): readonly Check[] {
  const { bodies = [], secrets = [] } = contract;
  const samples = [PLAIN, ...bodies.map(({ body }) => body)];
  return [
    ...bodies.map((scenario): Check => ({
      rule: 'changes-bodies',
      title: `${verbOf(scenario)} the body of ${scenario.name}`,
      run: () =>
        onHookBench(contract, async (bench) => {
          change(bench, scenario, secrets);
          if (scenario.findings) mustMatch(bench.test.findings, scenario.findings, 'The findings');
        }),
    })),
    {
      rule: 'survives-any-body',
      title: 'changes, refuses or leaves whatever JSON a client sends, and never breaks',
      run: () =>
        onHookBench(contract, ({ hook, test }) =>
          mustHold(fc.oneof(...samples.map(spoiled)), (body) =>
            survive(() => raw(hook, body, test.another())),
          ),
        ),
    },
  ];
}

function verbOf({ expected, refused }: BodyScenario): string {
  if (refused !== undefined) return 'refuses';
  return expected === undefined ? 'leaves' : 'changes';
}

function change(
  { hook, test }: HookBench,
  { body, context, expected, refused }: BodyScenario,
  secrets: readonly string[],
): void {
  const ask = (): JsonObject => raw(hook, body, Object.assign(test.another(), context));
  if (refused !== undefined) mustBeRefusal(failureOf(ask), refused, secrets);
  else if (expected === undefined) mustEqual(ask(), body, 'The body');
  else mustMatch(ask(), expected, 'The body');
}

/** The body that a hook makes of one, which is frozen. */
function raw(hook: Hook, body: JsonObject, context: AnyHookContext): JsonObject {
  const changed: unknown = hook.raw?.(deepFreeze(structuredClone(body)), context);
  if (changed === undefined) return body;
  if (changed instanceof Promise) changed.catch(() => {});
  must(!(changed instanceof Promise), '`raw` must return at once: it cannot be async.');
  must(isJsonObject(changed), `\`raw\` returns ${show(changed)}, not an object.`);
  mustEqual(JSON.parse(JSON.stringify(changed)), changed, 'The body after JSON');
  return changed;
}

function failureOf(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Only a refusal may be thrown; a rule that is broken is passed on. */
function survive(work: () => unknown): void {
  const failure = failureOf(work);
  if (failure instanceof BrokenRule) throw failure;
  must(failure === undefined || HookRefusal.is(failure), `\`raw\` throws ${show(failure)}.`);
}
