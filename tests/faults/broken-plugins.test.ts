import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BROKEN, KEY } from '../support/broken/providers.ts';
import { type CliHome, createCliHome, type ReadyGateway, readyGateway } from '../support/cli.ts';

/**
 * A gateway in a process of its own, whose plugins are all broken but one. Somebody asks that one all the time.
 */

const from = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
const packageOf = (name: string): string => JSON.stringify(import.meta.resolve(`@dragoman/plugin-${name}`));

const CONFIG = `
  import { anthropic } from ${packageOf('anthropic')};
  import { echo } from ${packageOf('echo')};
  import { openai } from ${packageOf('openai')};
  import { brokenPlugins, brokenUpstreams } from ${from('../support/broken/plugins.ts')};
  import ${from('../support/broken/at-import.ts')};
  const upstreams = brokenUpstreams();
  export default {
    plugins: [openai(), anthropic(), echo(), ...brokenPlugins()],
    upstreams: [{ id: 'healthy', provider: 'echo', options: { delayMs: 0 } }, ...upstreams],
    aliases: upstreams.map(({ id }) => ({
      name: 'with-' + id,
      policy: 'order',
      candidates: [{ upstream: id, model: 'm' }, { upstream: 'healthy', model: 'echo' }],
    })),
    log: { level: 'warn' },
    auth: false,
    routing: { retry: { repeats: 0 } },
    traces: { record: 'off' },
  };
`;

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

let home: CliHome;
let gateway: ReadyGateway;
let asking: Promise<readonly number[]>;
const over = new AbortController();

beforeAll(async () => {
  home = await createCliHome();
  await home.writeConfig(CONFIG);
  gateway = await readyGateway(home.start());
  asking = askAllTheTime();
});
afterAll(async () => {
  over.abort();
  await asking.catch(() => {});
  await home.close();
});

async function post(path: string, body: object, signal?: AbortSignal): Promise<Answer> {
  const response = await fetch(gateway.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: signal ?? null,
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

const chat = (model: string, stream = false, signal?: AbortSignal): Promise<Answer> =>
  post('/chat/completions', { model, stream, messages: [{ role: 'user', content: 'Hi' }] }, signal);

/** The status of each answer of the healthy upstream. */
async function askAllTheTime(): Promise<readonly number[]> {
  const seen: number[] = [];
  while (!over.signal.aborted) seen.push((await chat('healthy/echo')).status);
  return seen;
}

/** Waits for a line of the log that names plugin, upstream and cause. */
async function logged(name: string, cause: string, isOfUpstream = true): Promise<void> {
  const parts = [`"plugin":"${name}"`, cause, ...(isOfUpstream ? [`"upstream":"${name}"`] : [])];
  await gateway.waitFor(new RegExp(`^\\{${parts.map((part) => `(?=.*${part})`).join('')}.*$`, 'm'));
}

const metricsOf = async (): Promise<string> => (await fetch(gateway.url.replace('/v1', '/metrics'))).text();

describe('an upstream whose provider cannot be created', () => {
  it.each([
    ['create-throws', 'the model file is missing'],
    ['create-nothing', 'expected an object, found nothing'],
    ['create-promise', 'chat: expected a function, found nothing'],
    ['create-half', 'chat: expected a function, found nothing'],
    ['create-no-functions', 'embed: expected a function, found a string'],
  ])('%s is named, and nobody asks it', async (name, cause) => {
    await logged(name, cause);
    expect((await chat(`${name}/m`)).status).toBe(404);
    expect(await chat(`with-${name}`)).toMatchObject({ status: 200 });
  });
});

describe('a provider that fails', () => {
  it.each([
    ['throws-plain', 502, 'The provider of throws-plain failed.', 'TypeError.*x is undefined'],
    ['throws-at-once', 502, 'The provider of throws-at-once failed.', 'too far'],
    ['throws-text', 502, 'The provider of throws-text failed.', 'just a text'],
    ['throws-nothing', 502, 'The provider of throws-nothing failed.', 'internal error'],
    ['throws-unreadable', 502, 'The provider of throws-unreadable failed.', 'internal error'],
    ['throws-proxy', 502, 'The provider of throws-proxy failed.', undefined],
    ['throws-cyclic-details', 502, 'The provider of throws-cyclic-details failed.', undefined],
    ['throws-unreadable-details', 502, 'The provider of throws-unreadable-details failed.', undefined],
    ['throws-late', 502, 'The provider of throws-late failed.', 'broke in the middle'],
    ['throws-abort', 502, 'The provider of throws-abort failed.', 'Somebody else left'],
    ['cancels', 502, 'The provider of cancels failed.', 'shared login was cancelled'],
    ['no-iterable', 502, 'The provider of no-iterable failed.', 'did not return an async iterable'],
    [
      'promise-of-iterable',
      502,
      'The provider of promise-of-iterable failed.',
      'did not return an async iterable',
    ],
    ['next-is-no-function', 502, 'The provider of next-is-no-function failed.', 'not a function'],
    ['next-gives-nothing', 502, 'The provider of next-gives-nothing failed.', 'TypeError'],
    ['cyclic-part', 502, 'The provider of cyclic-part failed.', 'RangeError'],
    [
      'forward-garbage',
      502,
      'The provider of forward-garbage failed.',
      'did not return a reply with a status',
    ],
    ['forward-status-101', 502, 'The provider of forward-status-101 failed.', 'a status of 200 to 599'],
    ['forward-status-99', 502, 'The provider of forward-status-99 failed.', 'a status of 200 to 599'],
    ['forward-status-1000', 502, 'The provider of forward-status-1000 failed.', 'a status of 200 to 599'],
    ['forward-status-nan', 502, 'The provider of forward-status-nan failed.', 'a status of 200 to 599'],
    ['forward-header-object', 502, 'The provider of forward-header-object failed.', 'a header etag'],
    ['forward-header-throws', 502, 'The provider of forward-header-throws failed.', 'no such header'],
    ['forward-no-iterator', 502, 'The provider of forward-no-iterator failed.', 'no iterator'],
    ['forward-fails-early', 502, 'The provider of forward-fails-early failed.', 'too early'],
    ['forward-read-already', 502, 'The upstream returned an empty body.', undefined],
    ['forward-error-throws', 502, 'The provider of forward-error-throws failed.', 'cannot read it'],
  ])('%s is an upstream that is broken, and another one answers', async (name, status, told, cause) => {
    expect(await chat(`${name}/m`)).toMatchObject({ status, text: expect.stringContaining(told) as string });
    if (cause !== undefined) await logged(name, cause);
    // One that has begun to stream is not replaced any more, but this one is not.
    expect((await chat(`with-${name}`)).status).toBe(200);
  });

  it('tells so in a stream that has begun', async () => {
    const { status, text } = await chat('throws-late/m', true);
    expect(status).toBe(200);
    expect(text).toContain('Half');
    expect(text).toContain('The provider of throws-late failed.');
  });

  it('is broken where it streams nothing at all', async () => {
    expect(await chat('forward-read-already/m', true)).toMatchObject({
      status: 502,
      text: expect.stringContaining('The upstream returned an empty stream.') as string,
    });
  });

  it('is broken where the reader of its streams is', async () => {
    expect(await chat('forward-reader-throws/m', true)).toMatchObject({ status: 502 });
    await logged('forward-reader-throws', 'no reader');
  });

  it('may throw an error of another version', async () => {
    expect(await chat('throws-unknown-kind/m')).toMatchObject({
      status: 502,
      text: expect.stringContaining('A kind of tomorrow.') as string,
    });
  });

  it('cannot make anybody wait for ever', async () => {
    const { status, headers } = await chat('throws-endless-wait/m');
    expect(status).toBe(429);
    expect(headers.get('retry-after')).not.toBe('Infinity');
  });

  it('tells no secret, to clients or in the log', async () => {
    const { status, text } = await chat('throws-secret/m');
    expect(status).toBe(429);
    expect(text).toContain('[redacted] is over its limit.');
    for (const model of ['throws-plain/m', 'with-throws-secret', 'models-throw/m'])
      expect((await chat(model)).text).not.toContain(KEY);
    const log = await gateway.waitFor(/near \[redacted\]/);
    expect(log).not.toContain(KEY);
  });
});

describe('a provider that says nothing', () => {
  it.each([
    ['silent', 'did not respond within 150 ms.'],
    ['silent-iterator', 'did not respond within 150 ms.'],
    ['silent-later', 'sent nothing for 150 ms during its reply.'],
    ['changes-context', 'sent nothing for 150 ms during its reply.'],
    ['forward-hangs', 'did not respond within 150 ms.'],
    ['forward-body-hangs', 'sent nothing for 150 ms during its reply.'],
  ])('%s is given up on, and its place is free again', async (name, told) => {
    // One place and no queue: a place that is not given back refuses the second.
    for (let at = 0; at < 2; at += 1)
      expect(await chat(`${name}/m`)).toMatchObject({
        status: 504,
        text: expect.stringContaining(told) as string,
      });
  });

  it('is given up on in a stream that passes through', async () => {
    for (let at = 0; at < 2; at += 1) {
      const { text } = await chat('forward-stream-hangs/m', true);
      expect(text).toMatch(/^data: \{"half":true\}\n\n.*sent nothing for 150 ms/s);
    }
  });

  it('gives its place back when its client leaves, although it ignores the signal', async () => {
    const client = new AbortController();
    const asked = chat('silent-long/m', false, client.signal).catch(() => 'gone');
    await expect.poll(metricsOf).toContain('dragoman_upstream_running{upstream="silent-long"} 1');
    client.abort();
    expect(await asked).toBe('gone');
    await expect.poll(metricsOf).toContain('dragoman_upstream_running{upstream="silent-long"} 0');
  });

  it.each(['return-hangs', 'return-throws'])('%s is left alone at its end', async (name) => {
    for (let at = 0; at < 2; at += 1) expect(await chat(`${name}/m`)).toMatchObject({ status: 200 });
  });
});

describe('a provider that never stops', () => {
  it.each([
    ['never-ends', 'larger than 67108864 bytes'],
    ['huge', 'larger than 67108864 bytes'],
    ['only-garbage', 'emitted invalid events'],
  ])('%s is stopped, while others are served', async (name, told) => {
    expect(await chat(`${name}/m`)).toMatchObject({
      status: 502,
      text: expect.stringContaining(told) as string,
    });
  });

  it('lets its client stop it', async () => {
    const client = new AbortController();
    const asked = chat('only-pings/m', true, client.signal).catch(() => 'gone');
    await expect.poll(metricsOf).toContain('dragoman_upstream_running{upstream="only-pings"} 1');
    expect((await chat('healthy/echo')).status).toBe(200);
    client.abort();
    expect(await asked).toBe('gone');
    await expect.poll(metricsOf).toContain('dragoman_upstream_running{upstream="only-pings"} 0');
  });
});

describe('a provider that breaks the grammar', () => {
  it.each([
    ['garbage', 'instead of an event'],
    ['reused-index', 'index 0 used twice'],
    ['left-open', 'finish while 0 is open'],
    ['wrong-values', 'a delta that is the number 7'],
    ['half-parts', 'a block without a proper part'],
  ])('%s is mended, and its operator is told', async (name, fault) => {
    for (const stream of [false, true]) {
      const { status, text } = await chat(`${name}/m`, stream);
      expect(status).toBe(200);
      expect(text).toContain('Fine.');
      expect(text).not.toMatch(/lost|end_turn|NaN|null,"completion_tokens"/i);
    }
    await logged(name, fault);
    expect(await metricsOf()).toMatch(
      new RegExp(`dragoman_provider_faults_total\\{upstream="${name}"\\} [1-9]`),
    );
  });

  it('is broken where nothing can be mended', async () => {
    expect(await chat('no-start/m')).toMatchObject({ status: 502 });
    await logged('no-start', 'block-start before start');
    expect(await chat('ends-early/m')).toMatchObject({ status: 502 });
  });

  it('is estimated where it reports no usage, which a header says', async () => {
    for (const name of ['no-usage', 'wrong-values']) {
      const { text, headers } = await chat(`${name}/m`);
      const { usage } = JSON.parse(text) as { readonly usage: Readonly<Record<string, number>> };
      expect(usage['prompt_tokens']).toBeGreaterThan(0);
      expect(usage['completion_tokens']).toBeGreaterThan(0);
      expect(headers.get('x-dragoman-estimated')).toBe('true');
    }
  });
});

describe('what a plugin leaves behind', () => {
  it.each([
    ['timer-throws', 'thrown in a timer'],
    ['tick-throws', 'thrown in a tick'],
    ['rejects-later', 'rejected later'],
    ['rejects-with-text', 'no error at all'],
    ['rejects-with-unreadable', 'type object'],
    ['socket-fails', 'ECONNREFUSED'],
    ['tick-throws-late', 'thrown in a late tick'],
  ])('%s is logged with whose it is, and survived', async (name, cause) => {
    expect(await chat(`${name}/m`)).toMatchObject({ status: 200 });
    await logged(name, cause);
  });

  it.each([
    ['listener-throws', 'thrown in a listener'],
    ['listener-throws-installed', 'thrown in a listener'],
    ['listener-throws-text', 'a text thrown in a listener'],
    ['listener-rejects', 'rejected in a listener'],
  ])('%s at the end of its call is, too', async (name, cause) => {
    expect(await chat(`${name}/m`)).toMatchObject({ status: 504 });
    await logged(name, cause);
  });

  it('in a list of dropped fields is told in words', async () => {
    const { status, headers } = await chat('drops-garbage/m');
    expect(status).toBe(200);
    expect(headers.get('x-dragoman-dropped')).toContain('a?symbol, a?function');
  });

  it('since it was created is so, too', () => logged('created-timer', 'thrown after create'));
});

describe('other parts of a provider', () => {
  const embed = (name: string): Promise<Answer> => post('/embeddings', { model: `${name}/m`, input: 'Hi' });
  const count = (name: string): Promise<Answer> =>
    post('/messages/count_tokens', { model: `${name}/m`, messages: [{ role: 'user', content: 'Hi' }] });

  it('fail alone', async () => {
    expect(await embed('embed-throws')).toMatchObject({ status: 502 });
    await logged('embed-throws', 'no vectors');
    expect(await embed('embed-garbage')).toMatchObject({ status: 502 });
    expect((await count('count-throws')).text).not.toContain('cannot count');
    await logged('count-throws', 'cannot count');
    for (const name of ['embed-throws', 'count-throws']) expect((await chat(`${name}/m`)).status).toBe(200);
  });

  it('are estimated where they do not count', async () => {
    const counted = await count('count-nan');
    expect(counted).toMatchObject({ status: 200 });
    expect(counted.headers.get('x-dragoman-estimated')).toBe('true');
    expect(JSON.parse((await embed('embed-no-usage')).text)).toMatchObject({ usage: { prompt_tokens: 1 } });
  });

  it.each(['models-hang', 'models-throw', 'models-garbage'])('%s: it is asked by its name', async (name) => {
    expect((await chat(`${name}/m`)).status).toBe(200);
  });

  it('that list models are named when they fail', () => logged('models-throw', 'no models for'));
});

describe('an observer', () => {
  it.each([
    ['observer-throws', 'observed and thrown'],
    ['observer-rejects', 'observed and rejected'],
    ['observer-create-throws', 'cannot observe'],
    ['observer-half', 'observe: expected a function, found nothing'],
  ])('%s is named, and hurts nobody', (name, cause) => logged(name, cause, false));
});

describe('the gateway', () => {
  it('served the healthy upstream all the time, and ends when it is told to', async () => {
    over.abort();
    const seen = await asking;
    expect(seen.length).toBeGreaterThan(50);
    expect(new Set(seen)).toEqual(new Set([200]));
    gateway.kill('SIGTERM');
    const { code, stderr } = await gateway.ended;
    expect(code).toBe(0);
    // Before there was a log.
    expect(stderr).toMatch(/"plugin":"gateway.config.ts".*at-import.*rejected at import/);
    expect(stderr).toMatch(/"plugin":"gateway.config.ts".*at-import.*thrown after import/);
    await logged('close-throws', 'will not close');
    await logged('close-hangs', 'did not close within');
    await logged('observer-rejects', 'will not stop', false);
    expect(Object.keys(BROKEN).length).toBeGreaterThanOrEqual(27);
  });
});
