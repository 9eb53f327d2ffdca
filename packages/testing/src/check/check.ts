import { GatewayError } from '@dragoman/plugin';

/** One thing that a plugin is held to. */
export interface Check {
  /** The rule it belongs to, such as `ends-when-aborted`. A rule may have many checks. */
  readonly rule: string;
  /** A sentence about what the plugin does. */
  readonly title: string;
  /** Rejects if the plugin does something else. */
  run(): Promise<void>;
}

/** Something that a plugin does wrong. */
export interface Problem {
  /** The rule that is broken. */
  readonly rule: string;
  /** What the plugin should do. */
  readonly title: string;
  /** What it does instead. */
  readonly message: string;
  /** What was thrown. */
  readonly error: unknown;
}

/** Which checks to run. */
export interface CheckOptions {
  /** Only the checks of these rules. Default: all. */
  readonly only?: readonly string[];
}

/** A broken rule. */
export class BrokenRule extends Error {
  override readonly name = 'BrokenRule';
  /** The rule, where it is not the one that was being checked. */
  readonly rule: string | undefined;
  /** vitest shows the two as a difference. */
  readonly actual: unknown;
  readonly expected: unknown;

  constructor(message: string, about: { rule?: string; actual?: unknown; expected?: unknown } = {}) {
    super(message);
    this.rule = about.rule;
    this.actual = about.actual;
    this.expected = about.expected;
  }
}

/** Runs checks one after the other, and returns what is wrong. */
export async function runChecks(
  checks: readonly Check[],
  { only }: CheckOptions = {},
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const check of checks) {
    if (only && !only.includes(check.rule)) continue;
    try {
      await check.run();
    } catch (error) {
      const rule = (error instanceof BrokenRule ? error.rule : undefined) ?? check.rule;
      problems.push({ rule, title: check.title, message: messageOf(error), error });
    }
  }
  return problems;
}

/** What is wrong, in a sentence. */
export function messageOf(error: unknown): string {
  if (GatewayError.is(error)) return `It fails with ${error.kind}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
