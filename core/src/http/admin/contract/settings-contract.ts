import { z } from 'zod';
import { RECORD_LEVELS } from '../../../config/recording.ts';
import type { Contract } from './operation-contract.ts';

export const settingsViewSchema = z
  .object({
    adminPassword: z.object({
      set: z.boolean(),
      fromEnvironment: z
        .boolean()
        .describe('Whether DRAGOMAN_ADMIN_PASSWORD sets it; then it can only be changed there.'),
    }),
    adminToken: z.object({ set: z.boolean() }).describe('Set by the environment.'),
    traces: z
      .object({
        record: z.enum(RECORD_LEVELS),
        maxBodyBytes: z.int(),
        redact: z.object({ paths: z.array(z.string()), patterns: z.array(z.string()) }),
        keepMedia: z.boolean(),
        maxAgeMs: z.int(),
        maxCount: z.int(),
        maxBytes: z.int(),
      })
      .describe('What is recorded of requests; it is set in the config file.'),
  })
  .meta({ id: 'Settings' });

const newPassword = z.string().min(8).max(1024);

export const settingsChangeSchema = z
  .strictObject({ adminPassword: newPassword.nullable().optional() })
  .meta({ id: 'SettingsChange' });

export const passwordInputSchema = z.strictObject({ password: newPassword }).meta({ id: 'PasswordInput' });

export const settingsContract = {
  'GET /settings': { response: settingsViewSchema },
  'PATCH /settings': { body: settingsChangeSchema, response: settingsViewSchema },
  'PUT /settings/password': { body: passwordInputSchema },
} satisfies Contract;
