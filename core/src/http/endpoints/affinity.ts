import { isJsonObject, type RequestInput } from '@dragoman/plugin';
import type { Exchange } from '../../routing/exchange.ts';

/** Headers in which agents name their session. */
const SESSION_HEADERS = ['x-session-id', 'session-id', 'session_id', 'x-conversation-id'];

/** What a request belongs to, so that it reaches the upstream that has its prompt cached. */
export function affinityOf({ body, headers }: RequestInput, { record, key }: Exchange): string | undefined {
  const metadata = body['metadata'];
  const named = [
    record.thread,
    ...SESSION_HEADERS.map((name) => headers[name]),
    body['prompt_cache_key'],
    isJsonObject(metadata) ? metadata['user_id'] : undefined,
  ];
  const found = named.find((value) => typeof value === 'string' && value !== '');
  return typeof found === 'string' ? `${key?.id ?? ''} ${found}` : undefined;
}
