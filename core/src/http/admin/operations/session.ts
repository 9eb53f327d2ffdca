import type { Gatekeeper } from '../access/access.ts';
import { AdminError } from '../admin-error.ts';
import { sessionContract } from '../contract/session-contract.ts';
import { sessionOf } from '../caller.ts';
import { defineOperations, type Operation } from '../operation.ts';

/** Signing in and out, and what is signed in. */
export function sessionOperations(gatekeeper: Gatekeeper): readonly Operation[] {
  return defineOperations(sessionContract, {
    'POST /session': {
      summary: 'Signs a browser in, by the token of a sign-in link or the admin password.',
      access: 'public',
      audit: { when: 'note', detail: ({ body }) => ({ by: 'token' in body ? 'link' : 'password' }) },
      refusals: ['unauthenticated', 'forbidden', 'too-many-attempts'],
      async handle({ body, ctx }) {
        await gatekeeper.signIn(ctx, body);
        return { signedIn: true as const, fresh: true, password: gatekeeper.hasPassword() };
      },
    },
    'GET /session': {
      summary: 'Shows whether the browser is signed in.',
      access: 'admin',
      handle: ({ caller }) => ({
        signedIn: true as const,
        fresh: gatekeeper.isFresh(caller),
        password: gatekeeper.hasPassword(),
      }),
    },
    'POST /session/confirm': {
      summary: 'Confirms a sign-in, by the admin password or the token of a new link.',
      access: 'admin',
      handle: ({ body, ctx, caller }) => gatekeeper.confirm(ctx, caller, body),
    },
    'DELETE /session': {
      summary: 'Signs the browser out.',
      access: 'admin',
      handle: ({ ctx, caller }) => gatekeeper.signOut(ctx, caller),
    },
    'GET /sessions': {
      summary: 'Lists the browsers that are signed in, latest first.',
      access: 'admin',
      handle: ({ caller }, { sessions }) =>
        sessions.list().map(({ id, method, address, userAgent, createdAt, lastUsedAt }) => ({
          ...{ id, method, address, userAgent },
          createdAt: new Date(createdAt).toISOString(),
          lastUsedAt: new Date(lastUsedAt).toISOString(),
          isCurrent: id === sessionOf(caller),
        })),
    },
    'DELETE /sessions/:id': {
      summary: 'Signs out a browser by its id.',
      access: 'admin',
      handle({ params: { id } }, { sessions }) {
        if (!sessions.end(id))
          throw new AdminError('not-found', `There is no sign-in ${JSON.stringify(id)}.`);
      },
    },
    'DELETE /sessions': {
      summary: 'Signs out all browsers except the caller, and revokes unused sign-in links.',
      access: 'admin',
      handle: ({ caller }) => ({ ended: gatekeeper.endOthers(caller) }),
    },
    'POST /sign-in-links': {
      summary: 'Creates a one-time link that signs in one browser.',
      access: 'token',
      handle: () => ({ url: gatekeeper.createSignInLink() }),
    },
  });
}
