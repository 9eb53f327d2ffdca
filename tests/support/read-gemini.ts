import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type GenerateContentResponse, GoogleGenAI } from '@google/genai';

let server: Promise<Server> | undefined;
const streams = new Map<string, string>();

/** Google's SDK takes no `fetch` of ours, so a server answers with what is to be read. */
async function serve(): Promise<Server> {
  const started = createServer((request, response) => {
    const model = /models\/([^:]+):/.exec(request.url ?? '')?.[1] ?? '';
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(streams.get(model));
    streams.delete(model);
  });
  started.unref();
  await once(started.listen(0, '127.0.0.1'), 'listening');
  return started;
}

/** Reads a stream of server-sent events with Google's official SDK, which throws as it does. */
export async function readGemini(stream: string): Promise<readonly GenerateContentResponse[]> {
  const { port } = (await (server ??= serve())).address() as AddressInfo;
  const model = `m${crypto.randomUUID()}`;
  streams.set(model, stream);
  const httpOptions = { baseUrl: `http://127.0.0.1:${port}` };
  const client = new GoogleGenAI({ apiKey: 'none', httpOptions });
  const chunks: GenerateContentResponse[] = [];
  const reading = await client.models.generateContentStream({ model, contents: 'q' });
  for await (const chunk of reading) chunks.push(chunk);
  return chunks;
}
