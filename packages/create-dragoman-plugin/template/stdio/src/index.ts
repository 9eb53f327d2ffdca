import { spawn } from 'node:child_process';
import { channel, definePlugin, defineProvider, GatewayError, packageVersion } from '@dragoman/plugin';
import { z } from 'zod';

/** Asks a program: the prompt is its input, and what it writes is the answer. */
const createProvider = (command: string, args: readonly string[]) =>
  defineProvider({
    name: 'acme',
    title: 'Acme',
    description: 'A program on the machine of the gateway.',
    options: z.strictObject({}),
    create: () => ({
      async *chat(request, { signal, requestId }) {
        const prompt = request.messages.flatMap(({ content }) =>
          content.map((part) => ('text' in part ? part.text : '')),
        );
        const program = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
        const texts = channel<string>(signal, { onStop: () => program.kill() });
        const fail = (message: string): void => texts.fail(new GatewayError('upstream-broken', message));
        program.stdout.setEncoding('utf8').on('data', (text: string) => texts.push(text));
        program.on('error', () => fail('The program cannot be started.'));
        program.on('close', (code) => (code === 0 ? texts.end() : fail('The program failed.')));
        program.stdin.on('error', () => {}).end(prompt.join('\n'));
        yield { type: 'start', id: requestId, model: request.model };
        yield { type: 'block-start', index: 0, block: { type: 'text' } };
        for await (const delta of texts) yield { type: 'block-delta', index: 0, delta };
        yield { type: 'block-end', index: 0 };
        yield { type: 'finish', reason: 'stop' };
      },
    }),
  });

/** The command is an option of the plugin, not of its upstreams: those can be changed over the admin API. */
export const acme = definePlugin(
  ({ command, args = [] }: { readonly command: string; readonly args?: readonly string[] }) => ({
    name: 'acme',
    meta: { version: packageVersion(import.meta.url), apiVersion: 1 },
    providers: [createProvider(command, args)],
  }),
);
