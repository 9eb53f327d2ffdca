import { fileURLToPath } from 'node:url';
import { anthropic } from '@dragoman/plugin-anthropic';
import { echo } from '@dragoman/plugin-echo';
import { gemini } from '@dragoman/plugin-gemini';
import { openai } from '@dragoman/plugin-openai';
import { startTestGateway, type TestGateway, type TestGatewayInput } from '@dragoman/testing';
import type { HookInput } from '../../core/src/config/hook.ts';
import type { UpstreamInput } from '../../core/src/config/upstream.ts';

/** A gateway under test with all our plugins. */
export interface RunningGateway extends TestGateway {
  /** Sends a request of OpenAI's chat as a client, waits for the whole answer, and tells the request's id. */
  chat(body: object, headers?: Readonly<Record<string, string>>): Promise<string>;
}

export type GatewayOptions = Partial<Omit<TestGatewayInput, 'upstreams' | 'hooks'>> & {
  readonly hooks?: readonly HookInput[];
  readonly upstreams?: readonly UpstreamInput[];
};

/** Where `next build` writes it. */
const CONSOLE = fileURLToPath(new URL('../../console/out', import.meta.url));

/** Starts a gateway on a free port of loopback, with our plugins and the echo upstream unless the test has its own. */
export async function startGateway(options: GatewayOptions = {}): Promise<RunningGateway> {
  const input = {
    plugins: [openai(), anthropic(), gemini(), echo()],
    upstreams: [{ id: 'echo', provider: 'echo', options: { delayMs: 0 } }],
    ...options,
    surroundings: { consoleFolder: CONSOLE, ...options.surroundings },
  };
  // Tests name the providers and hooks of any plugin; the gateway checks their options.
  const gateway = await startTestGateway(input as unknown as TestGatewayInput);
  return Object.assign(gateway, {
    async chat(body: object, headers: Readonly<Record<string, string>> = {}) {
      const response = await gateway.post('/v1/chat/completions', body, { headers });
      await response.text();
      return response.headers.get('request-id') ?? '';
    },
  });
}
