import type { Encoded } from './encode.ts';
import type { ProtocolName } from './prompt.ts';

/** The request as programs would send it, by protocol. The key comes from the environment. */
export function codeFor(
  protocol: ProtocolName,
  { path, body }: Encoded,
  origin: string,
): Readonly<Record<string, string>> {
  const json = JSON.stringify(body, undefined, 2);
  const curl = `curl -N '${origin}${path}' \\
  -H "Authorization: Bearer $GATEWAY_API_KEY" -H "Content-Type: application/json" \\
  -d '${JSON.stringify(body, undefined, 2).replaceAll("'", `'\\''`)}'`;
  return {
    curl,
    TypeScript: TYPESCRIPT[protocol]({ json, path, origin }),
    Python: PYTHON[protocol]({ json, path, origin }),
  };
}

/** Gemini's path says whether the answer streams; these programs take it whole. */
function wholePath(path: string): string {
  return path.replace(':streamGenerateContent?alt=sse', ':generateContent');
}

interface CodeInput {
  readonly path: string;
  readonly json: string;
  readonly origin: string;
}

const TYPESCRIPT: Readonly<Record<ProtocolName, (input: CodeInput) => string>> = {
  'openai-chat': ({ json, origin }) => `import OpenAI from 'openai';

const client = new OpenAI({ baseURL: '${origin}/v1', apiKey: process.env.GATEWAY_API_KEY });
const stream = await client.chat.completions.create(${json});
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? '');`,
  'openai-responses': ({ json, origin }) => `import OpenAI from 'openai';

const client = new OpenAI({ baseURL: '${origin}/v1', apiKey: process.env.GATEWAY_API_KEY });
const stream = await client.responses.create(${json});
for await (const event of stream) {
  if (event.type === 'response.output_text.delta') process.stdout.write(event.delta);
}`,
  anthropic: ({ json, origin }) => `import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({ baseURL: '${origin}', apiKey: process.env.GATEWAY_API_KEY });
const stream = await client.messages.create(${json});
for await (const event of stream) {
  if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') process.stdout.write(event.delta.text);
}`,
  gemini: ({
    json,
    origin,
    path,
  }) => `// The REST form works with any HTTP client; with @google/genai, set httpOptions.baseUrl to '${origin}'.
const response = await fetch('${origin}${wholePath(path)}', {
  method: 'POST',
  headers: { 'content-type': 'application/json', 'x-goog-api-key': process.env.GATEWAY_API_KEY ?? '' },
  body: JSON.stringify(${json}),
});
const { candidates } = await response.json();
console.log(candidates[0].content.parts.map(({ text = '' }) => text).join(''));`,
};

/** JSON is nearly Python; three words differ. */
function python(json: string): string {
  return json.replaceAll(/: (true|false|null)(,?)$/gm, (_, word: string, comma: string) => {
    const said = { true: 'True', false: 'False', null: 'None' }[word] ?? word;
    return `: ${said}${comma}`;
  });
}

const PYTHON: Readonly<Record<ProtocolName, (input: CodeInput) => string>> = {
  'openai-chat': ({ json, origin }) => `import os
from openai import OpenAI

client = OpenAI(base_url="${origin}/v1", api_key=os.environ["GATEWAY_API_KEY"])
for chunk in client.chat.completions.create(**${python(json)}):
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="")`,
  'openai-responses': ({ json, origin }) => `import os
from openai import OpenAI

client = OpenAI(base_url="${origin}/v1", api_key=os.environ["GATEWAY_API_KEY"])
for event in client.responses.create(**${python(json)}):
    if event.type == "response.output_text.delta":
        print(event.delta, end="")`,
  anthropic: ({ json, origin }) => `import os
from anthropic import Anthropic

client = Anthropic(base_url="${origin}", api_key=os.environ["GATEWAY_API_KEY"])
for event in client.messages.create(**${python(json)}):
    if event.type == "content_block_delta" and event.delta.type == "text_delta":
        print(event.delta.text, end="")`,
  gemini: ({ json, origin, path }) => `import json, os, urllib.request

request = urllib.request.Request(
    "${origin}${wholePath(path)}",
    data=json.dumps(${python(json)}).encode(),
    headers={"content-type": "application/json", "x-goog-api-key": os.environ["GATEWAY_API_KEY"]},
)
reply = json.load(urllib.request.urlopen(request))
print("".join(part.get("text", "") for part in reply["candidates"][0]["content"]["parts"]))`,
};
