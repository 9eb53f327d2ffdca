import { createHttpProvider, defineProvider, oauthRefresh, secret, storedGrant } from '@dragoman/plugin';
import { z } from 'zod';
import { codec } from './answers.ts';

const urls = z.url({ protocol: /^https?$/ });

export const signedAnswers = defineProvider({
  name: 'signed-answers',
  title: 'Signed answers',
  description: 'The same server behind OAuth 2.0.',
  options: z.strictObject({
    baseUrl: urls.meta({ title: 'Base URL', description: 'Where `/answer` begins.' }),
    tokenUrl: urls.meta({ title: 'Token URL', description: 'Where tokens are refreshed.' }),
    clientId: z.string().meta({ title: 'Client', description: 'The id of this application.' }),
    refreshToken: secret(z.string().meta({ title: 'Refresh token', description: 'Of the first sign-in.' })),
  }),
  create: ({ baseUrl, tokenUrl, clientId, refreshToken }, setup) => {
    const grant = storedGrant(setup.store, refreshToken);
    return createHttpProvider({
      baseUrl,
      headers: {},
      auth: oauthRefresh({ tokenUrl, clientId, grant }, setup),
      codec,
    });
  },
});
