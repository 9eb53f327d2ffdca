import { z } from 'zod';
import type { Gatekeeper } from '../access/access.ts';
import { AdminError } from '../admin-error.ts';
import * as contract from '../contract/contract.ts';
import { defineOperation, type Operation, sessionOf } from '../operation.ts';

/** Signing in and out, and what is signed in. */
export function sessionOperations(gatekeeper: Gatekeeper): readonly Operation[] {
  return [
    defineOperation({
      method: 'POST',
      path: '/session',
      summary: 'Signs a browser in, by the token of a sign-in link or the admin password.',
      access: 'public',
      audit: { when: 'note', detail: ({ body }) => ({ by: 'token' in body ? 'link' : 'password' }) },
      body: contract.signInSchema,
      response: contract.sessionSchema,
      refusals: ['unauthenticated', 'forbidden', 'too-many-attempts'],
      async handle({ body, ctx }) {
        await gatekeeper.signIn(ctx, body);
        return { signedIn: true, fresh: true, password: gatekeeper.hasPassword() };
      },
    }),
    defineOperation({
      method: 'GET',
      path: '/session',
      summary: 'Tells whether the browser is signed in.',
      access: 'admin',
      response: contract.sessionSchema,
      handle: ({ caller }) => ({
        signedIn: true,
        fresh: gatekeeper.isFresh(caller),
        password: gatekeeper.hasPassword(),
      }),
    }),
    defineOperation({
      method: 'POST',
      path: '/session/confirm',
      summary: 'Confirms a sign-in, by the admin password or the token of a new link.',
      access: 'admin',
      body: contract.signInSchema,
      handle: ({ body, ctx, caller }) => gatekeeper.confirm(ctx, caller, body),
    }),
    defineOperation({
      method: 'DELETE',
      path: '/session',
      summary: 'Signs the browser out.',
      access: 'admin',
      handle: ({ ctx, caller }) => gatekeeper.signOut(ctx, caller),
    }),
    defineOperation({
      method: 'GET',
      path: '/sessions',
      summary: 'Lists the browsers that are signed in, the latest first.',
      access: 'admin',
      response: z.array(contract.signInViewSchema),
      handle: ({ caller }, { sessions }) =>
        sessions.list().map(({ id, method, address, userAgent, createdAt, lastUsedAt }) => ({
          ...{ id, method, address, userAgent },
          createdAt: new Date(createdAt).toISOString(),
          lastUsedAt: new Date(lastUsedAt).toISOString(),
          isCurrent: id === sessionOf(caller),
        })),
    }),
    defineOperation({
      method: 'DELETE',
      path: '/sessions/:id',
      summary: 'Signs a browser out, named by its id.',
      access: 'admin',
      handle({ params: { id = '' } }, { sessions }) {
        if (!sessions.end(id))
          throw new AdminError('not-found', `There is no sign-in ${JSON.stringify(id)}.`);
      },
    }),
    defineOperation({
      method: 'DELETE',
      path: '/sessions',
      summary: 'Signs out all browsers except the caller, and revokes unused sign-in links.',
      access: 'admin',
      response: contract.endedSchema,
      handle: ({ caller }) => ({ ended: gatekeeper.endOthers(caller) }),
    }),
    defineOperation({
      method: 'POST',
      path: '/sign-in-links',
      summary: 'Makes a link that signs one browser in, once.',
      access: 'token',
      response: contract.linkSchema,
      status: 201,
      handle: () => ({ url: gatekeeper.createSignInLink() }),
    }),
  ];
}
