import { describe, expect, it } from 'vitest';
import { signCalls, signThoughts } from './call-signatures.ts';
import type { AssistantPart } from '../../canonical/chat.ts';

const opaque = { protocol: 'gemini', kind: 'call', data: 'sig' } as const;
const call = { type: 'tool-call', id: 'c', name: 'f', form: 'json', arguments: '{}' } as const;
const thought = { type: 'reasoning', text: 'Hm.', form: 'summary' } as const;

describe('signatures of calls', () => {
  it.each<[string, readonly AssistantPart[]]>([
    ['behind a thought', [thought, { ...call, opaque }, call]],
    [
      'without a thought',
      [
        { ...call, opaque },
        { ...call, opaque: { ...opaque, data: 'other' } },
      ],
    ],
    [
      'behind a signed thought',
      [
        { ...thought, opaque: { ...opaque, kind: 'thinking' } },
        { ...call, opaque },
      ],
    ],
  ])('travel on thoughts and come back: %s', (_, content) => {
    const carried = signThoughts(content);
    expect(signCalls(carried.map((part) => (part.type === 'tool-call' ? call : part)))).toEqual(content);
  });

  it('use the thought in front of the call', () => {
    expect(signThoughts([thought, { ...call, opaque }])).toMatchObject([
      { text: 'Hm.', opaque },
      { id: 'c' },
    ]);
  });
});
