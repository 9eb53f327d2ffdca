import { type ProtocolClient, pythonLiteral } from '@dragoman/plugin';
import { openaiChatCodec } from '../compatible.ts';

/** How programs speak Chat Completions. */
export const chatClient: ProtocolClient = {
  mount: '/v1',
  codec: openaiChatCodec,
  programs: ({ origin, body }) => ({
    TypeScript: `import OpenAI from 'openai';

const client = new OpenAI({ baseURL: '${origin}/v1', apiKey: process.env.GATEWAY_API_KEY });
const stream = await client.chat.completions.create(${JSON.stringify(body, undefined, 2)});
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? '');`,
    Python: `import os
from openai import OpenAI

client = OpenAI(base_url="${origin}/v1", api_key=os.environ["GATEWAY_API_KEY"])
for chunk in client.chat.completions.create(**${pythonLiteral(body)}):
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="")`,
  }),
  setups: {
    'OpenAI (TypeScript)': `import OpenAI from 'openai';

const client = new OpenAI({ baseURL: '{{origin}}/v1', apiKey: process.env.GATEWAY_API_KEY });
const reply = await client.chat.completions.create({
  model: 'echo',
  messages: [{ role: 'user', content: 'Hello' }],
});
console.log(reply.choices[0].message.content);`,
    'OpenAI (Python)': `import os
from openai import OpenAI

client = OpenAI(base_url="{{origin}}/v1", api_key=os.environ["GATEWAY_API_KEY"])
reply = client.chat.completions.create(
    model="echo", messages=[{"role": "user", "content": "Hello"}]
)
print(reply.choices[0].message.content)`,
  },
};
