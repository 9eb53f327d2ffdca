import {
  type CallContext,
  channel,
  type ChatEvent,
  type ChatRequest,
  createPool,
  definePlugin,
  defineProvider,
  GatewayError,
  isJsonObject,
  type JsonObject,
  packageVersion,
  parseJson,
  type ProviderSetup,
  readJson,
  secret,
  singleFlight,
  withRenewal,
} from '@dragoman/plugin';
import { z } from 'zod';

const account = z.strictObject({
  user: z.string().min(1).meta({ title: 'User', description: 'The name to sign in with.' }),
  password: secret(z.string().min(1).meta({ title: 'Password', description: 'Of this user.' })),
});

const options = z.strictObject({
  url: z.url().meta({ title: 'URL', description: 'Where the server listens: `wss://…`.' }),
  loginUrl: z.url().meta({ title: 'Login URL', description: 'Where users sign in.' }),
  accounts: z.array(account).min(1).meta({ title: 'Accounts', description: 'Calls are shared among them.' }),
});

/** `POST` takes a name and a password, and answers `{ "token": …, "seconds": … }`. */
async function logIn(
  url: string,
  { user, password }: z.output<typeof account>,
  { http, clock, signal, redact }: ProviderSetup,
): Promise<{ readonly token: string; readonly expiresAt: number }> {
  const reply = await http.send({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, password }),
    signal,
  });
  const body = reply.status === 200 ? await readJson(reply) : reply.body.destroy();
  if (isJsonObject(body) && typeof body['token'] === 'string') {
    redact(body['token']);
    return { token: body['token'], expiresAt: clock.now() + Number(body['seconds']) * 1000 };
  }
  throw new GatewayError('upstream-auth', 'The server refused the user.');
}

/** One answer over a socket of its own: `{ "ready": true }`, `{ "text": … }` …, `{ "done": true }`. */
async function* talk(
  url: string,
  { token, request }: { readonly token: string; readonly request: ChatRequest },
  { signal, requestId }: CallContext,
): AsyncGenerator<ChatEvent> {
  const parts = request.messages.flatMap<object>(({ content }) => content);
  const prompt = parts.map((part) => ('text' in part ? part.text : ''));
  const socket = new WebSocket(url);
  const messages = channel<string>(signal, { onStop: () => socket.close() });
  socket.addEventListener('open', () => socket.send(JSON.stringify({ token, prompt: prompt.join('\n') })));
  socket.addEventListener('message', ({ data }) => messages.push(String(data)));
  const lost = new GatewayError('upstream-unreachable', 'No socket.');
  socket.addEventListener('error', () => messages.fail(lost));
  socket.addEventListener('close', () => messages.end());
  for await (const message of messages) {
    const said = parseJson(message);
    const { error, ready, text, done }: JsonObject = isJsonObject(said) ? said : { error: 'no JSON' };
    if (error === 'token') throw new GatewayError('upstream-auth', 'The server refused the token.');
    if (error !== undefined) throw new GatewayError('upstream-broken', 'The server failed.');
    if (ready === true) {
      yield { type: 'start', id: requestId, model: request.model };
      yield { type: 'block-start', index: 0, block: { type: 'text' } };
    }
    if (typeof text === 'string') yield { type: 'block-delta', index: 0, delta: text };
    if (done !== true) continue;
    yield { type: 'block-end', index: 0 };
    yield { type: 'finish', reason: 'stop' };
    return;
  }
  throw new GatewayError('upstream-broken', 'The answer was cut off.');
}

const provider = defineProvider({
  name: 'acme',
  title: 'Acme',
  description: 'A server that answers over WebSocket, after a login.',
  options,
  create({ url, loginUrl, accounts }, setup) {
    const logins = accounts.map((one) =>
      singleFlight((signal) => logIn(loginUrl, one, { ...setup, signal }), setup, {
        expiresAt: ({ expiresAt }) => expiresAt,
        earlyMs: 60_000,
      }),
    );
    const pool = createPool(logins, setup, { restMs: 30_000 });
    return {
      chat: (request, context) =>
        pool.run(context, (login) =>
          withRenewal(login, context, ({ token }) => talk(url, { token, request }, context)),
        ),
    };
  },
});

const meta = { version: packageVersion(import.meta.url), apiVersion: 1 } as const;
export const acme = definePlugin(() => ({ name: 'acme', meta, providers: [provider] }));
