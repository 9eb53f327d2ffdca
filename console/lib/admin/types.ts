/** The shapes of the admin API, by the names that the console gives them. */
import type { Answer, Call } from '@dragoman/core/admin-contract';

export type Upstream = Answer<'GET /upstreams'>[number];
export type Provider = Answer<'GET /providers'>[number];
export type TestResult = Answer<'POST /upstreams/:id/test'>;
export type Key = Answer<'GET /keys'>[number];
export type NewKey = Answer<'POST /keys'>;
export type Alias = Answer<'GET /aliases'>[number];
export type AliasInput = Call<'PUT /aliases'>['body'];
export type Health = Answer<'GET /health'>[number];
export type LimitsView = Answer<'GET /limits'>[number];
export type Settings = Answer<'GET /settings'>;
export type TracePage = Answer<'GET /traces'>;
export type Trace = TracePage['traces'][number];
export type Attempt = Trace['attempts'][number];
export type TraceDetail = Answer<'GET /traces/:id/detail'>;
export type RecordedBody = TraceDetail['reply']['body'];
export type ToolCall = Answer<'GET /tool-calls'>['calls'][number];
export type StatsRow = Answer<'GET /traces/stats'>[number];
export type Replayed = Answer<'POST /traces/:id/replay'>;
export type Protocol = Answer<'GET /protocols'>[number];
export type PlaygroundInput = Call<'POST /playground/chat'>['body'];
export type Code = Answer<'POST /playground/code'>;
export type Session = Answer<'GET /session'>;
export type AuditPage = Answer<'GET /audit'>;
export type AuditRow = AuditPage['entries'][number];
export type AuditReport = Answer<'GET /audit/verify'>;
