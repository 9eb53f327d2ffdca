import type { ChatEvent, Usage } from '@dragoman/plugin';
import type { Call } from './prompt.ts';

/** A call while it is written; `at` names its block in the reply. */
export interface GrowingCall extends Call {
  readonly at: number;
}

/** What a reply says, as far as it came. */
export interface Said {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly GrowingCall[];
  readonly usage: Partial<Usage>;
  readonly finish?: string;
}

export const NOTHING_SAID: Said = { text: '', reasoning: '', calls: [], usage: {} };

/** Gives a reader of one reply's events, which tells what each adds to what was said. Only the first choice is shown. */
export function createReader(): (said: Said, event: ChatEvent) => Partial<Said> {
  const kinds = new Map<number, string>();
  return (said, event) => {
    switch (event.type) {
      case 'block-start': {
        const { index, block, choice } = event;
        if (choice !== undefined) return {};
        kinds.set(index, block.type);
        if (block.type !== 'tool-call') return {};
        return { calls: [...said.calls, { at: index, id: block.id, name: block.name, arguments: '' }] };
      }
      case 'block-delta':
        return withDelta(said, kinds.get(event.index), event);
      case 'start':
      case 'usage':
        return event.usage ? { usage: event.usage } : {};
      case 'finish':
        return { finish: event.reason, ...(event.usage && { usage: event.usage }) };
      default:
        return {};
    }
  };
}

function withDelta(
  said: Said,
  kind: string | undefined,
  { index, delta }: { readonly index: number; readonly delta: string },
): Partial<Said> {
  switch (kind) {
    case 'text':
    case 'refusal':
      return { text: said.text + delta };
    case 'reasoning':
      return { reasoning: said.reasoning + delta };
    case 'tool-call':
      return {
        calls: said.calls.map((call) =>
          call.at === index ? { ...call, arguments: call.arguments + delta } : call,
        ),
      };
    default:
      return {};
  }
}
