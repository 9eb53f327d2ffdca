/** The contract of the admin API: checked here, published as OpenAPI, and shared with the console. */
import { z } from 'zod';
import { aboutContract, reloadContract } from './about-contract.ts';
import { aliasContract } from './alias-contract.ts';
import { auditContract } from './audit-contract.ts';
import { healthContract } from './health-contract.ts';
import { hookContract } from './hook-contract.ts';
import { keyContract } from './key-contract.ts';
import { limitContract } from './limit-contract.ts';
import type { AnswerOf, CallOf } from './operation-contract.ts';
import { playgroundContract } from './playground-contract.ts';
import { passContract, replayContract } from './traces/replay-contract.ts';
import { sessionContract } from './session-contract.ts';
import { settingsContract } from './settings-contract.ts';
import { traceContract } from './traces/trace-contract.ts';
import { traceDetailContract } from './traces/trace-detail-contract.ts';
import { upstreamContract } from './upstream-contract.ts';

export const adminContract = {
  ...sessionContract,
  ...aboutContract,
  ...settingsContract,
  ...reloadContract,
  ...upstreamContract,
  ...hookContract,
  ...aliasContract,
  ...healthContract,
  ...keyContract,
  ...limitContract,
  ...traceContract,
  ...traceDetailContract,
  ...replayContract,
  ...passContract,
  ...playgroundContract,
  ...auditContract,
};
export type AdminContract = typeof adminContract;
export type OperationName = keyof AdminContract;

/** The operations whose answer is a file or a stream, and those that answer in JSON. */
export type RawName = {
  [Name in OperationName]: AdminContract[Name] extends { readonly isRaw: true } ? Name : never;
}[OperationName];
export type JsonName = Exclude<OperationName, RawName>;

/** The response of an operation, and its input. */
export type Answer<Name extends OperationName> = AnswerOf<AdminContract[Name]>;
export type Call<Name extends OperationName> = CallOf<Name, AdminContract[Name]>;

const problemSchema = z.object({ path: z.string(), message: z.string() });

/** The response of every failed operation. */
export const errorSchema = z
  .object({
    error: z.object({ code: z.string(), message: z.string(), issues: z.array(problemSchema).optional() }),
  })
  .meta({ id: 'Error' });
