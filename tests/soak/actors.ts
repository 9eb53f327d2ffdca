import type { Dice } from '../support/hostile/dice.ts';
import { WIRE_CLIENTS } from '../support/wire-clients.ts';
import type { Reply, World } from './world.ts';

/** What an actor does its part with. */
export interface Part {
  readonly world: World;
  readonly dice: Dice;
  /** Another number for each part that is played. */
  readonly number: number;
}

/** Something that clients or operators do. Throws when the gateway does not do what it must. */
export interface Actor {
  readonly name: string;
  /** How often it acts, beside the others. */
  readonly weight: number;
  act(part: Part): Promise<void>;
}

type ProtocolName = keyof typeof WIRE_CLIENTS;
const PROTOCOLS = Object.keys(WIRE_CLIENTS) as ProtocolName[];
const GOOD = ['gpt-good', 'responses-good', 'claude-good', 'gemini-2.0-good', 'safe'];

/** How a whole stream ends in each protocol. */
const ENDS: Readonly<Record<ProtocolName, string>> = {
  chat: 'data: [DONE]',
  responses: 'response.completed',
  messages: 'message_stop',
  gemini: 'finishReason',
};

export class Surprise extends Error {
  override readonly name = 'Surprise';
}

function expectThat(holds: boolean, what: () => string): void {
  if (!holds) throw new Surprise(what());
}

/** The text of a reply, which must have one of these statuses. */
async function textOf(reply: Reply, ...statuses: readonly number[]): Promise<string> {
  const expected = statuses.length === 0 ? [200] : statuses;
  const text = await reply.text();
  expectThat(
    expected.includes(reply.status),
    () => `${reply.status} instead of ${expected.join(' or ')}: ${text.slice(0, 200)}`,
  );
  return text;
}

/** What a wrong key gets; 429 where there were too many from this address. */
const WRONG_KEY = [401, 429] as const;

interface Question {
  readonly protocol: ProtocolName;
  readonly model: string;
  readonly isStream: boolean;
  readonly prompt: string;
  readonly signal?: AbortSignal;
  readonly token?: string;
}

function ask(world: World, { protocol, signal, token, ...asked }: Question): Promise<Reply> {
  const client = WIRE_CLIENTS[protocol];
  return world.ask(client.path(asked.model, asked.isStream), {
    body: client.body(asked),
    ...(signal && { signal }),
    ...(token !== undefined && { token }),
  });
}

const chats: Actor = {
  name: 'chats',
  weight: 20,
  async act({ world, dice, number }) {
    const prompt = `Say ${number}.`;
    const text = await textOf(
      await ask(world, { protocol: dice.pick(PROTOCOLS), model: 'echo', isStream: false, prompt }),
    );
    expectThat(text.includes(String(number)), () => `Another's reply: ${text.slice(0, 200)}`);
  },
};

const translated: Actor = {
  name: 'translated chats',
  weight: 15,
  async act({ world, dice }) {
    const question = { protocol: dice.pick(PROTOCOLS), model: dice.pick(GOOD), prompt: 'Which city?' };
    JSON.parse(await textOf(await ask(world, { ...question, isStream: false })));
  },
};

const streams: Actor = {
  name: 'streams',
  weight: 15,
  async act({ world, dice }) {
    const protocol = dice.pick(PROTOCOLS);
    const model = dice.pick([...GOOD, 'echo']);
    const text = await textOf(await ask(world, { protocol, model, isStream: true, prompt: 'Go on.' }));
    expectThat(
      text.includes(ENDS[protocol]),
      () => `${protocol} to ${model} has no end: ${text.slice(-200)}`,
    );
  },
};

const bigBodies: Actor = {
  name: 'big bodies',
  weight: 1,
  async act({ world, dice }) {
    const prompt = `${'A long story. '.repeat(dice.between(10_000, 200_000))} The end.`;
    await textOf(
      await ask(world, { protocol: dice.pick(PROTOCOLS), model: dice.pick(GOOD), isStream: false, prompt }),
    );
  },
};

const leavers: Actor = {
  name: 'clients that leave',
  weight: 4,
  async act({ world, dice }) {
    const left = new AbortController();
    const asked = ask(world, {
      ...{ protocol: dice.pick(PROTOCOLS), model: 'gpt-slow', isStream: true, prompt: 'Go on.' },
      signal: left.signal,
    });
    const pieces = dice.below(4);
    try {
      if (pieces === 0) {
        setImmediate(() => left.abort());
        await (await asked).text();
        return;
      }
      const reader = (await asked).body?.getReader();
      for (let count = 0; count < pieces; count += 1) await reader?.read();
      left.abort();
      await reader?.read();
    } catch (error) {
      if (!left.signal.aborted) throw error;
    }
  },
};

/** Whatever its upstream says, the client gets an answer. */
const unlucky: Actor = {
  name: 'failing upstreams',
  weight: 4,
  async act({ world, dice }) {
    const model = dice.pick(['gpt-bad', 'claude-bad', 'gpt-flaky', 'echo-500']);
    const isStream = dice.chance(0.5);
    const question = { protocol: dice.pick(PROTOCOLS), model, isStream, prompt: String(dice.below(1e6)) };
    const reply = await ask(world, question);
    try {
      const text = await reply.text();
      expectThat(text.length > 0, () => `An empty answer of ${model}.`);
    } catch (error) {
      // What a bad upstream breaks off in the middle of an event, or of a whole reply, can only be broken off.
      if (!model.endsWith('-bad')) throw error;
    }
  },
};

const refused: Actor = {
  name: 'refused requests',
  weight: 3,
  async act({ world, dice }) {
    const question = { protocol: dice.pick(PROTOCOLS), isStream: false, prompt: 'Hello.' };
    await textOf(await ask(world, { ...question, model: 'echo', token: 'sk-dragoman-wrong' }), ...WRONG_KEY);
    await textOf(await ask(world, { ...question, model: 'no-such-model' }), 404);
    await textOf(await world.ask('/v1/chat/completions', { body: '{"model":"echo"' }), 400);
  },
};

const talkers: Actor = {
  name: 'conversations',
  weight: 2,
  async act({ world, number }) {
    let previous: string | undefined;
    for (let turn = 0; turn < 3; turn += 1) {
      const body = {
        model: 'echo',
        input: `Turn ${turn} of ${number}.`,
        ...(previous !== undefined && { previous_response_id: previous }),
      };
      const reply = JSON.parse(await textOf(await world.ask('/v1/responses', { body }))) as { id: string };
      previous = reply.id;
    }
    await textOf(await world.ask(`/v1/responses/${previous}`));
  },
};

const others: Actor = {
  name: 'embeddings, counts and lists',
  weight: 3,
  async act({ world }) {
    await textOf(await world.ask('/v1/models'));
    await textOf(await world.ask('/v1/embeddings', { body: { model: 'embed-good', input: ['a', 'b'] } }));
    const messages = [{ role: 'user', content: 'Count me.' }];
    await textOf(await world.ask('/v1/messages/count_tokens', { body: { model: 'claude-good', messages } }));
    await textOf(await world.ask('/readyz'));
    await textOf(await world.ask('/metrics'));
  },
};

const keys: Actor = {
  name: 'edits of keys',
  weight: 1,
  async act({ world, number }) {
    const input = { name: `soak ${number}`, models: ['echo'], limits: { requestsPerMinute: 1 } };
    const { key, secret } = await world.admin<{ key: { id: string }; secret: string }>(
      ...(['POST', '/keys', input] as const),
    );
    const question = { protocol: 'chat', model: 'echo', isStream: false, prompt: 'Hello.' } as const;
    await textOf(await ask(world, { ...question, token: secret }));
    // A minute may end in between, but not twice.
    const more = [
      await ask(world, { ...question, token: secret }),
      await ask(world, { ...question, token: secret }),
    ];
    await Promise.all(more.map((reply) => reply.text()));
    expectThat(
      more.some(({ status }) => status === 429),
      () => 'The limit of the key did not hold.',
    );
    await world.admin('PATCH', `/keys/${key.id}`, { name: `soak ${number}, renamed` });
    await world.admin('DELETE', `/keys/${key.id}`);
    await textOf(await ask(world, { ...question, token: secret }), ...WRONG_KEY);
  },
};

const upstreams: Actor = {
  name: 'edits of upstreams',
  weight: 1,
  async act({ world, number }) {
    const id = `soak-${number}`;
    const models = { list: [`model-${id}`] };
    await world.admin('POST', '/upstreams', { id, provider: 'echo', models, options: { delayMs: 0 } });
    const question = { protocol: 'messages', isStream: true, prompt: 'Hello.' } as const;
    await textOf(await ask(world, { ...question, model: `${id}/echo` }));
    await world.admin('PATCH', `/upstreams/${id}`, { priority: 3 });
    await world.admin('DELETE', `/upstreams/${id}`);
    await textOf(await ask(world, { ...question, model: `${id}/echo` }), 404);
  },
};

const readers: Actor = {
  name: 'readers of traces',
  weight: 1,
  async act({ world, dice }) {
    const { traces } = await world.admin<{ traces: readonly { id: string }[] }>('GET', '/traces?limit=20');
    if (traces.length === 0) return;
    await world.admin('GET', `/traces/${dice.pick(traces).id}`);
    await world.admin('GET', '/traces/stats?bucketSeconds=60');
  },
};

export const ACTORS: readonly Actor[] = [
  ...[chats, translated, streams, bigBodies, leavers, unlucky, refused, talkers, others],
  ...[keys, upstreams, readers],
];
