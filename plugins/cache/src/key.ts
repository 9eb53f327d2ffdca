import { createHash } from 'node:crypto';
import { type ChatRequest, isJsonObject } from '@dragoman/plugin';

/** What says how a reply is sent, or labels the request, but does not change the answer. */
const LABELS = ['protocol', 'stream', 'includeUsage', 'user', 'metadata', 'cacheKey', 'store'] as const;

type Label = (typeof LABELS)[number];

/** Asks the upstream to cache the prompt up to a part or tool; the answer is the same. */
const MARK = 'cache';

/** Where marks may be: on these, and on the parts of messages. */
const MARKED = ['system', 'messages', 'tools'] as const;

/** Whose answers a key may find. */
export interface Scope {
  /** Stands for the client's key; absent if answers are shared, or if clients need no key. */
  readonly owner?: string | undefined;
  /** The upstream that answers, for a hook that is attached to upstreams. */
  readonly upstream?: string | undefined;
}

/**
 * The key of a request: equal for requests that ask for the same answer, whatever their protocol and the order of their
 * fields. Everything counts that is not known to be a label, so that a new field never mixes answers up.
 */
export function keyOf(request: ChatRequest, { owner = '', upstream = '' }: Scope): string {
  const labels: ReadonlySet<string> = new Set<Label>(LABELS);
  const asked = Object.entries(request).filter(([name]) => !labels.has(name));
  const marked: ReadonlySet<string> = new Set(MARKED);
  const plain = asked.map(([name, value]) => [name, marked.has(name) ? unmarked(value) : value] as const);
  return createHash('sha256')
    .update(stableJson({ owner, upstream, request: Object.fromEntries(plain) }))
    .digest('hex');
}

/** JSON with the fields of every object in order, and without those that are undefined. */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) =>
    isJsonObject(field)
      ? Object.fromEntries(Object.entries(field).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : field,
  );
}

/** Messages or tools without the marks of prompt caches. Fields within them may have any name, so only their own level counts. */
function unmarked(list: unknown): unknown {
  if (!Array.isArray(list)) return list;
  return (list as readonly object[]).map((entry) => {
    const { [MARK]: _, ...rest } = entry as Record<string, unknown>;
    return 'content' in rest ? { ...rest, content: unmarked(rest['content']) } : rest;
  });
}
