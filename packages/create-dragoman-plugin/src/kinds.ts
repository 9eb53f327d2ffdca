import { CreateError } from 'create-dragoman';

/** What plugins can be started with. The folder of `template/` has the name of the last word of the flag. */
export const KINDS = [
  { flag: 'provider http', title: 'a kind of upstream with an HTTP API of its own' },
  { flag: 'provider openai', title: "a kind of upstream with almost OpenAI's API" },
  { flag: 'provider socket', title: 'a kind of upstream that speaks over WebSocket, behind a login' },
  { flag: 'provider stdio', title: 'a kind of upstream that is a program' },
  { flag: 'protocol', title: 'a wire format that clients speak' },
  { flag: 'hook', title: 'code that reads, changes or refuses requests and replies' },
  { flag: 'observer', title: 'code that sees each request when it is over' },
  { flag: 'tool-format', title: 'a way in which models write tool calls as text' },
] as const;

export type Kind = 'http' | 'openai' | 'socket' | 'stdio' | 'protocol' | 'hook' | 'observer' | 'tool-format';

const PROVIDERS: readonly string[] = ['http', 'openai', 'socket', 'stdio'] satisfies Kind[];

/** The kind that the flags name. Throws a {@link CreateError} unless it is one. */
export function kindOf({ provider, help: _, ...flags }: Readonly<Record<string, unknown>>): Kind {
  const named = Object.keys(flags);
  if (typeof provider === 'string') named.push(provider);
  if (named.length > 1) throw new CreateError(`Choose one kind of plugin, not ${named.join(' and ')}.`);
  if (typeof provider === 'string' && !PROVIDERS.includes(provider)) {
    throw new CreateError(`--provider is one of ${PROVIDERS.join(', ')}, not ${provider}.`);
  }
  return (named[0] ?? 'http') as Kind;
}
