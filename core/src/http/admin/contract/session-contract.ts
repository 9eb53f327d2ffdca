import { z } from 'zod';
import type { Contract } from './operation-contract.ts';

export const signInSchema = z
  .union([
    z.strictObject({ token: z.string().min(1).describe('From a sign-in link; it works once.') }),
    z.strictObject({ password: z.string().min(1).max(1024) }),
  ])
  .meta({ id: 'SignIn' });

export const sessionSchema = z
  .object({
    signedIn: z.literal(true),
    fresh: z.boolean().describe('Whether it was confirmed recently enough for operations that need it.'),
    password: z.boolean().describe('Whether there is an admin password to confirm with.'),
  })
  .meta({ id: 'Session' });

export const signInViewSchema = z
  .object({
    id: z.string().describe('Identifies the sign-in; it is not secret.'),
    method: z.enum(['link', 'password']),
    address: z.string().describe('The address of the browser when it signed in.'),
    userAgent: z.string(),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime(),
    isCurrent: z.boolean().describe('Whether the request belongs to it.'),
  })
  .meta({ id: 'SignInView' });

export const endedSchema = z.object({ ended: z.int() }).meta({ id: 'Ended' });

export const linkSchema = z.object({ url: z.string() }).meta({ id: 'SignInLink' });

export const sessionContract = {
  'POST /session': { body: signInSchema, response: sessionSchema },
  'GET /session': { response: sessionSchema },
  'POST /session/confirm': { body: signInSchema },
  'DELETE /session': {},
  'GET /sessions': { response: z.array(signInViewSchema) },
  'DELETE /sessions/:id': {},
  'DELETE /sessions': { response: endedSchema },
  'POST /sign-in-links': { response: linkSchema, status: 201 },
} satisfies Contract;
