import { type ChatRequest, defineHook, definePlugin, type Hook, mapText } from '@dragoman/plugin';
import { anthropic } from '@dragoman/plugin-anthropic';
import { echo } from '@dragoman/plugin-echo';
import { gemini } from '@dragoman/plugin-gemini';
import { openai } from '@dragoman/plugin-openai';
import {
  type MockReply,
  type MockUpstream,
  openAiReply,
  openAiStream,
  startMockUpstream,
} from '@dragoman/testing/upstreams';
import { z } from 'zod';
import type { HookInput } from '../../core/src/config/hook.ts';
import { type GatewayOptions, type RunningGateway, startGateway } from './gateway.ts';

/** A gateway with hooks that the test wrote, in front of two upstreams that serve the model `m`, one after the other. */
export interface Hooked {
  readonly one: MockUpstream;
  readonly two: MockUpstream;
  /** Starts the gateway: each hook has its name as id and kind. */
  start(
    hooks: Readonly<Record<string, Hook>>,
    entries?: readonly Partial<HookInput>[],
    options?: Partial<GatewayOptions>,
  ): Promise<RunningGateway>;
  close(): Promise<void>;
}

export async function createHooked(): Promise<Hooked> {
  const [one, two] = [await startMockUpstream(), await startMockUpstream()];
  let gateway: RunningGateway | undefined;
  const upstreamOf = (id: string, { url }: MockUpstream) => ({
    ...{ id, provider: 'openai', models: { list: ['m'] } },
    options: { baseUrl: `${url}/v1`, apiKey: 'sk-upstream-secret' },
  });
  return {
    one,
    two,
    async start(hooks, entries = [], options = {}) {
      const types = Object.entries(hooks).map(([name, hook]) => hookTypeOf(name, () => hook));
      const tests = definePlugin(() => ({ name: 'tests', hooks: types }));
      await gateway?.close();
      gateway = await startGateway({
        plugins: [openai(), anthropic(), gemini(), echo(), tests()],
        upstreams: [upstreamOf('one', one), upstreamOf('two', two)],
        routing: { policy: 'order', retry: { repeats: 0 } },
        ...options,
        // The plugin is made here, so its names are unknown to the compiler.
        hooks: Object.keys(hooks).map((name, at) => ({ id: name, hook: name, ...entries[at] })) as never,
      });
      return gateway;
    },
    async close() {
      await gateway?.close();
      await Promise.all([one.close(), two.close()]);
    },
  };
}

export const hookTypeOf = (name: string, create: () => Hook) =>
  defineHook({ name, title: name, description: 'For tests.', options: z.strictObject({}), create });

export const said = (text: string): MockReply => ({ body: openAiReply([{ text: [text] }]) });
export const streamed = (...texts: string[]): MockReply => ({ stream: openAiStream([{ text: texts }]) });
export const question = { model: 'm', messages: [{ role: 'user', content: 'My number is 4111.' }] };
export const ask = (on: RunningGateway, more: object = {}): Promise<Response> =>
  on.post('/v1/chat/completions', { ...question, ...more });
export const contentOf = async (response: Response): Promise<unknown> =>
  ((await response.json()) as { choices: { message: { content: string } }[] }).choices[0]?.message.content;

/** Every text of a request, changed. */
export function changeTexts(request: ChatRequest, change: (text: string) => string): ChatRequest {
  const messages = request.messages.map((message) => ({
    ...message,
    content: message.content.map((part) =>
      part.type === 'text' ? { ...part, text: change(part.text) } : part,
    ),
  }));
  return { ...request, messages: messages as ChatRequest['messages'] };
}

/** Hides a number from the upstream, and puts it back into the reply. */
export const mask: Hook = {
  request(request, { state, note }) {
    state.set('number', '4111');
    note({ rule: 'number', action: 'change', detail: 'in a message' });
    return changeTexts(request, (text) => text.replaceAll('4111', '<n>'));
  },
  reply: (events, { state }) =>
    mapText(events, () => {
      let held = '';
      return {
        push(text) {
          const all = (held + text).replaceAll('<n>', String(state.get('number')));
          const at = Math.max(all.lastIndexOf('<'), all.endsWith('<n') ? all.length - 2 : -1);
          held = at >= 0 && at >= all.length - 2 ? all.slice(at) : '';
          return held === '' ? all : all.slice(0, at);
        },
        end: () => held,
      };
    }),
};
