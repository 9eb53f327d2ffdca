import { type ProtocolClient, pythonLiteral } from '@dragoman/plugin';
import { geminiCodec } from './provider.ts';

/** How programs speak generateContent. */
export const geminiClient: ProtocolClient = {
  mount: '',
  codec: geminiCodec,
  // The gateway turns a budget into what the model takes.
  capabilities: { thinking: 'budget' },
  programs({ origin, path, body }) {
    const url = origin + wholePath(path);
    return {
      TypeScript: `// The REST form works with any HTTP client; with @google/genai, set httpOptions.baseUrl to '${origin}'.
const response = await fetch('${url}', {
  method: 'POST',
  headers: { 'content-type': 'application/json', 'x-goog-api-key': process.env.GATEWAY_API_KEY ?? '' },
  body: JSON.stringify(${JSON.stringify(body, undefined, 2)}),
});
const { candidates } = await response.json();
console.log(candidates[0].content.parts.map(({ text = '' }) => text).join(''));`,
      Python: `import json, os, urllib.request

request = urllib.request.Request(
    "${url}",
    data=json.dumps(${pythonLiteral(body)}).encode(),
    headers={"content-type": "application/json", "x-goog-api-key": os.environ["GATEWAY_API_KEY"]},
)
reply = json.load(urllib.request.urlopen(request))
print("".join(part.get("text", "") for part in reply["candidates"][0]["content"]["parts"]))`,
    };
  },
  setups: {
    Gemini: `import { GoogleGenAI } from '@google/genai';

const client = new GoogleGenAI({
  apiKey: process.env.GATEWAY_API_KEY,
  httpOptions: { baseUrl: '{{origin}}' },
});
const reply = await client.models.generateContent({ model: 'echo', contents: 'Hello' });
console.log(reply.text);`,
  },
};

/** The path says whether the answer streams; these programs take it whole. */
function wholePath(path: string): string {
  return path.replace(':streamGenerateContent?alt=sse', ':generateContent');
}
