import { type ProtocolClient, pythonLiteral } from '@dragoman/plugin';
import { openaiResponsesCodec } from './codec.ts';

/** How programs speak Responses. */
export const responsesClient: ProtocolClient = {
  mount: '/v1',
  codec: openaiResponsesCodec,
  programs: ({ origin, body }) => ({
    TypeScript: `import OpenAI from 'openai';

const client = new OpenAI({ baseURL: '${origin}/v1', apiKey: process.env.GATEWAY_API_KEY });
const stream = await client.responses.create(${JSON.stringify(body, undefined, 2)});
for await (const event of stream) {
  if (event.type === 'response.output_text.delta') process.stdout.write(event.delta);
}`,
    Python: `import os
from openai import OpenAI

client = OpenAI(base_url="${origin}/v1", api_key=os.environ["GATEWAY_API_KEY"])
for event in client.responses.create(**${pythonLiteral(body)}):
    if event.type == "response.output_text.delta":
        print(event.delta, end="")`,
  }),
  setups: {
    Codex: `# ~/.codex/config.toml
model = "echo"
model_provider = "dragoman"

[model_providers.dragoman]
name = "Dragoman"
base_url = "{{origin}}/v1"
env_key = "GATEWAY_API_KEY"
wire_api = "responses"`,
  },
};
