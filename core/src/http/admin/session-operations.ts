import type { Gatekeeper } from './access.ts';
import * as contract from './contract.ts';
import { defineOperation, type Operation } from './operation.ts';

/** Signing in and out. */
export function sessionOperations(gatekeeper: Gatekeeper): readonly Operation[] {
  return [
    defineOperation({
      method: 'POST',
      path: '/session',
      summary: 'Signs a browser in, by the token of a sign-in link or the admin password.',
      access: 'public',
      body: contract.signInSchema,
      response: contract.sessionSchema,
      refusals: ['unauthenticated', 'forbidden', 'too-many-attempts'],
      async handle({ body, ctx }) {
        await gatekeeper.signIn(ctx, body);
        return { signedIn: true };
      },
    }),
    defineOperation({
      method: 'GET',
      path: '/session',
      summary: 'Tells whether the browser is signed in.',
      access: 'admin',
      response: contract.sessionSchema,
      handle: () => ({ signedIn: true }),
    }),
    defineOperation({
      method: 'DELETE',
      path: '/session',
      summary: 'Signs the browser out.',
      access: 'admin',
      handle: ({ ctx }) => gatekeeper.signOut(ctx),
    }),
    defineOperation({
      method: 'POST',
      path: '/sign-in-links',
      summary: 'Makes a link that signs one browser in, once.',
      access: 'token',
      response: contract.linkSchema,
      status: 201,
      handle: (_, { baseUrl }) => ({
        url: `${baseUrl()}/console/sign-in/#token=${gatekeeper.createSignInToken()}`,
      }),
    }),
  ];
}
