/** The shapes of the admin API, taken from the very schemas that it checks and publishes. */
import type * as contract from '@dragoman/core/admin-contract';
import type { z } from 'zod';

export type Upstream = z.output<typeof contract.upstreamViewSchema>;
export type UpstreamInput = z.input<typeof contract.upstreamInputSchema>;
export type Provider = z.output<typeof contract.providerViewSchema>;
export type TestResult = z.output<typeof contract.testResultSchema>;
export type Key = z.output<typeof contract.keyViewSchema>;
export type NewKey = z.output<typeof contract.newKeySchema>;
export type Alias = z.output<typeof contract.aliasViewSchema>;
export type AliasInput = z.input<typeof contract.aliasInputSchema>;
export type Health = z.output<typeof contract.healthViewSchema>;
export type LimitsView = z.output<typeof contract.limitsViewSchema>;
export type ModelList = z.output<typeof contract.modelListSchema>;
export type About = z.output<typeof contract.aboutSchema>;
export type Settings = z.output<typeof contract.settingsViewSchema>;
export type Trace = z.output<typeof contract.traceSchema>;
export type Attempt = Trace['attempts'][number];
export type TracePage = z.output<typeof contract.tracePageSchema>;
export type TraceDetail = z.output<typeof contract.traceDetailSchema>;
export type RecordedBody = TraceDetail['reply']['body'];
export type ToolCall = z.output<typeof contract.toolCallSchema>;
export type ToolCallPage = z.output<typeof contract.toolCallPageSchema>;
export type Thread = z.output<typeof contract.threadRowSchema>;
export type StatsRow = z.output<typeof contract.statsRowSchema>;
export type Replayed = z.output<typeof contract.replayedSchema>;
export type Pass = z.output<typeof contract.passSchema>;
