import { describeChecks } from '../check/describe-checks.ts';
import { toolFormatChecks } from './check-tool-format.ts';
import type { ToolFormatContract } from './contract.ts';

/** The contract of every tool format, as tests. Call it in a `*.test.ts` of the plugin. */
export function describeToolFormat(name: string, contract: ToolFormatContract): void {
  describeChecks(`the tool format ${name} keeps the contract of tool formats`, toolFormatChecks(contract));
}
