import type { ChatRequest, RequestInput } from '@dragoman/plugin';

/** What routing needs of a request; `undefined` when it has to be decoded, to be refused by name. */
export function peek({
  body: { model, stream },
}: RequestInput): Pick<ChatRequest, 'model' | 'stream'> | undefined {
  if (typeof model !== 'string' || model === '') return undefined;
  if (stream !== undefined && stream !== null && typeof stream !== 'boolean') return undefined;
  return { model, stream: stream ?? false };
}
