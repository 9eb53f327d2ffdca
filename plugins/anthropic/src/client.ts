import { type ProtocolClient, pythonLiteral } from '@dragoman/plugin';
import { anthropicCodec } from './provider.ts';

/** How programs speak the Messages API. */
export const anthropicClient: ProtocolClient = {
  mount: '',
  codec: anthropicCodec,
  // The gateway turns a budget into what the model takes.
  capabilities: { thinking: 'budget' },
  programs: ({ origin, body }) => ({
    TypeScript: `import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({ baseURL: '${origin}', apiKey: process.env.GATEWAY_API_KEY });
const stream = await client.messages.create(${JSON.stringify(body, undefined, 2)});
for await (const event of stream) {
  if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') process.stdout.write(event.delta.text);
}`,
    Python: `import os
from anthropic import Anthropic

client = Anthropic(base_url="${origin}", api_key=os.environ["GATEWAY_API_KEY"])
for event in client.messages.create(**${pythonLiteral(body)}):
    if event.type == "content_block_delta" and event.delta.type == "text_delta":
        print(event.delta.text, end="")`,
  }),
  setups: {
    Anthropic: `import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({ baseURL: '{{origin}}', apiKey: process.env.GATEWAY_API_KEY });
const reply = await client.messages.create({
  model: 'echo',
  max_tokens: 1000,
  messages: [{ role: 'user', content: 'Hello' }],
});
console.log(reply.content);`,
    'Claude Code': `export ANTHROPIC_BASE_URL={{origin}}
export ANTHROPIC_AUTH_TOKEN=$GATEWAY_API_KEY
claude --model echo`,
  },
};
