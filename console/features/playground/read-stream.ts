import type { ProtocolName } from './prompt.ts';

/** What a stream tells, whatever its protocol. Calls are told by their place. */
export type Told =
  | { readonly type: 'text' | 'reasoning'; readonly text: string }
  | {
      readonly type: 'call';
      readonly at: number;
      readonly id?: string;
      readonly name?: string;
      readonly fragment: string;
    }
  | {
      readonly type: 'usage';
      readonly input?: number;
      readonly output?: number;
      readonly reasoning?: number;
      readonly cached?: number;
    }
  | { readonly type: 'finish'; readonly reason: string }
  | { readonly type: 'error'; readonly message: string };

type Json = Readonly<Record<string, unknown>>;

const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(object) : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

function told(type: 'text' | 'reasoning', value: unknown): readonly Told[] {
  return text(value) === '' ? [] : [{ type, text: text(value) }];
}

function usage(fields: {
  readonly [Name in 'input' | 'output' | 'reasoning' | 'cached']: unknown;
}): readonly Told[] {
  const known = Object.entries(fields).flatMap(([name, value]) =>
    number(value) === undefined ? [] : [[name, value]],
  );
  return known.length > 0 ? [{ type: 'usage', ...Object.fromEntries(known) }] : [];
}

/** Gives a reader of one stream's events. It is forgiving: what it does not know it leaves out. */
export function createReader(protocol: ProtocolName): (data: string) => readonly Told[] {
  const read = READERS[protocol]();
  return (data) => {
    if (data === '' || data === '[DONE]') return [];
    const event = object(JSON.parse(data));
    const failure = object(event['error'] ?? object(event['response'])['error']);
    if (text(failure['message']) !== '') return [{ type: 'error', message: text(failure['message']) }];
    return read(event);
  };
}

type Read = (event: Json) => readonly Told[];

const READERS: Readonly<Record<ProtocolName, () => Read>> = {
  'openai-chat': () => (event) => {
    const [choice = {}] = list(event['choices']);
    const delta = object(choice['delta']);
    const counts = object(event['usage']);
    return [
      ...told('reasoning', delta['reasoning_content'] ?? delta['reasoning']),
      ...told('text', delta['content'] ?? delta['refusal']),
      ...list(delta['tool_calls']).map((call): Told => {
        const called = object(call['function']);
        return {
          type: 'call',
          at: number(call['index']) ?? 0,
          fragment: text(called['arguments']),
          ...named(call['id'], called['name']),
        };
      }),
      ...(text(choice['finish_reason']) === ''
        ? []
        : [{ type: 'finish' as const, reason: text(choice['finish_reason']) }]),
      ...usage({
        input: counts['prompt_tokens'],
        output: counts['completion_tokens'],
        reasoning: object(counts['completion_tokens_details'])['reasoning_tokens'],
        cached: object(counts['prompt_tokens_details'])['cached_tokens'],
      }),
    ];
  },
  'openai-responses': () => (event) => {
    const at = number(event['output_index']) ?? 0;
    switch (event['type']) {
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        return told('text', event['delta']);
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        return told('reasoning', event['delta']);
      case 'response.output_item.added': {
        const item = object(event['item']);
        return item['type'] === 'function_call'
          ? [{ type: 'call', at, fragment: '', ...named(item['call_id'], item['name']) }]
          : [];
      }
      case 'response.function_call_arguments.delta':
        return [{ type: 'call', at, fragment: text(event['delta']) }];
      case 'response.completed':
      case 'response.incomplete': {
        const response = object(event['response']);
        const counts = object(response['usage']);
        return [
          ...usage({
            input: counts['input_tokens'],
            output: counts['output_tokens'],
            reasoning: object(counts['output_tokens_details'])['reasoning_tokens'],
            cached: object(counts['input_tokens_details'])['cached_tokens'],
          }),
          { type: 'finish', reason: text(response['status']) },
        ];
      }
      default:
        return [];
    }
  },
  anthropic: () => (event) => {
    const at = number(event['index']) ?? 0;
    const delta = object(event['delta']);
    switch (event['type']) {
      case 'message_start': {
        const counts = object(object(event['message'])['usage']);
        return usage({
          input: counts['input_tokens'],
          output: undefined,
          reasoning: undefined,
          cached: counts['cache_read_input_tokens'],
        });
      }
      case 'content_block_start': {
        const block = object(event['content_block']);
        return block['type'] === 'tool_use'
          ? [{ type: 'call', at, fragment: '', ...named(block['id'], block['name']) }]
          : told('text', block['text']);
      }
      case 'content_block_delta':
        if (delta['type'] === 'input_json_delta')
          return [{ type: 'call', at, fragment: text(delta['partial_json']) }];
        return [...told('text', delta['text']), ...told('reasoning', delta['thinking'])];
      case 'message_delta': {
        const counts = object(event['usage']);
        return [
          ...usage({
            input: counts['input_tokens'],
            output: counts['output_tokens'],
            reasoning: undefined,
            cached: undefined,
          }),
          { type: 'finish', reason: text(delta['stop_reason']) },
        ];
      }
      default:
        return [];
    }
  },
  gemini: () => {
    let calls = 0;
    return (event) => {
      const [candidate = {}] = list(event['candidates']);
      const counts = object(event['usageMetadata']);
      const parts = list(object(candidate['content'])['parts']);
      return [
        ...parts.flatMap((part): readonly Told[] => {
          const call = object(part['functionCall']);
          if (text(call['name']) !== '') {
            const at = calls++;
            return [
              {
                type: 'call',
                at,
                fragment: JSON.stringify(call['args'] ?? {}),
                ...named(call['id'] ?? `call_${at}`, call['name']),
              },
            ];
          }
          return told(part['thought'] === true ? 'reasoning' : 'text', part['text']);
        }),
        ...usage({
          input: counts['promptTokenCount'],
          output: counts['candidatesTokenCount'],
          reasoning: counts['thoughtsTokenCount'],
          cached: counts['cachedContentTokenCount'],
        }),
        ...(text(candidate['finishReason']) === ''
          ? []
          : [{ type: 'finish' as const, reason: text(candidate['finishReason']) }]),
      ];
    };
  },
};

function named(id: unknown, name: unknown): { readonly id?: string; readonly name?: string } {
  return { ...(text(id) !== '' && { id: text(id) }), ...(text(name) !== '' && { name: text(name) }) };
}
