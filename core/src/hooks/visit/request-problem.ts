import { type ChatRequest, isJsonObject, type JsonObject } from '@dragoman/plugin';

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
  if (!request.tools.every((tool: unknown) => isJsonObject(tool) && typeof tool['name'] === 'string'))
    return 'a tool has no name';
  return [...request.system, ...request.messages]
    .map(messageProblem)
    .find((problem) => problem !== undefined);
}

function messageProblem(message: unknown, at: number): string | undefined {
  if (!isJsonObject(message) || !ROLES.has(message['role'])) return `message ${at} has no role`;
  const content: unknown = message['content'];
  if (!Array.isArray(content) || !content.every(isPart)) return `message ${at} has no list of parts`;
  return undefined;
}

/** What encoders rely on, by type of part: without it, they fail, and the upstream gets the blame. */
const PARTS = new Map<unknown, (part: JsonObject) => boolean>([
  ['text', hasText],
  ['reasoning', hasText],
  ['refusal', hasText],
  ['media', ({ source }) => isJsonObject(source)],
  ['tool-call', ({ name, arguments: json }) => typeof name === 'string' && typeof json === 'string'],
  ['tool-result', ({ content }) => Array.isArray(content) && content.every(isPart)],
  ['raw', ({ value }) => value !== undefined],
]);

function hasText({ text }: JsonObject): boolean {
  return typeof text === 'string';
}

function isPart(part: unknown): boolean {
  return isJsonObject(part) && PARTS.get(part['type'])?.(part) === true;
}
