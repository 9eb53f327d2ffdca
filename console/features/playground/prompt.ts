/** What is asked, in terms that every protocol can say. */

export interface Call {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

export type Message =
  | { readonly role: 'user'; readonly text: string; readonly images: readonly string[] }
  | { readonly role: 'assistant'; readonly text: string; readonly calls: readonly Call[] }
  | {
      readonly role: 'tool';
      readonly callId: string;
      readonly name: string;
      readonly text: string;
      readonly isError: boolean;
    };

export interface Tool {
  readonly name: string;
  readonly description?: string;
  readonly parameters: object;
}

export interface Parameters {
  readonly temperature?: number;
  readonly topP?: number;
  readonly maxTokens?: number;
  readonly effort?: string;
}

export interface Prompt {
  /** In which protocol it is asked; empty for the first. */
  readonly protocol: string;
  readonly system: string;
  readonly messages: readonly Message[];
  /** A JSON array of tools, as it is being written. */
  readonly tools: string;
  /** A JSON object: the name of a tool, and what it answers; `{{name}}` stands for an argument. */
  readonly mocks: string;
  readonly parameters: Parameters;
}

export const EMPTY_PROMPT: Prompt = {
  protocol: '',
  system: '',
  messages: [{ role: 'user', text: '', images: [] }],
  tools: '',
  mocks: '',
  parameters: {},
};

/** Throws an `Error` that says what is wrong with the tools. */
export function readTools(text: string): readonly Tool[] {
  if (text.trim() === '') return [];
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value)) throw new Error('The tools must be a JSON array.');
  return value.map((tool: unknown, at) => {
    const { name, description, parameters } = (tool ?? {}) as Partial<Tool>;
    if (typeof name !== 'string' || name === '') throw new Error(`[${at}].name must be the name of a tool.`);
    if (typeof parameters !== 'object' || parameters === null)
      throw new Error(`[${at}].parameters must be a JSON Schema.`);
    return { name, parameters, ...(typeof description === 'string' && { description }) };
  });
}

/** What a mocked tool answers to a call; `undefined` when it is not mocked. */
export function mockedResult(mocks: string, call: Call): string | undefined {
  if (mocks.trim() === '') return undefined;
  const table = JSON.parse(mocks) as Readonly<Record<string, unknown>>;
  if (!Object.hasOwn(table, call.name)) return undefined;
  const given = JSON.parse(call.arguments === '' ? '{}' : call.arguments) as Readonly<
    Record<string, unknown>
  >;
  const value = table[call.name];
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => textOf(given[name]));
}

function textOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
