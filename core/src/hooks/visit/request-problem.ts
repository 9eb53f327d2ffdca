import { type ChatRequest, isJsonObject } from '@dragoman/plugin';

const ROLES: ReadonlySet<unknown> = new Set(['system', 'user', 'assistant']);
const LISTS = ['system', 'messages', 'tools'] as const;
const OBJECTS = ['sampling', 'reasoning'] as const;

/** Why a value that a hook returned cannot replace a request; `undefined` if it can. */
export function requestProblem(value: unknown, given: ChatRequest): string | undefined {
  if (value === given) return undefined;
  if (!isJsonObject(value)) return 'it is not a request';
  for (const name of ['protocol', 'stream'] as const)
    if (value[name] !== given[name]) return `it changes ${name}`;
  if (typeof value['model'] !== 'string' || value['model'] === '') return 'model is not a name';
  for (const name of LISTS) if (!Array.isArray(value[name])) return `${name} is not a list`;
  for (const name of OBJECTS) if (!isJsonObject(value[name])) return `${name} is not an object`;
  const request = value as unknown as ChatRequest;
  return [...request.system, ...request.messages]
    .map(messageProblem)
    .find((problem) => problem !== undefined);
}

function messageProblem(message: unknown, at: number): string | undefined {
  if (!isJsonObject(message) || !ROLES.has(message['role'])) return `message ${at} has no role`;
  const content: unknown = message['content'];
  const isSound =
    Array.isArray(content) &&
    content.every((part: unknown) => isJsonObject(part) && typeof part['type'] === 'string');
  return isSound ? undefined : `message ${at} has no list of parts`;
}
