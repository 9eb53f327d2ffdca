import { describe, expect, it } from 'vitest';
import type { Message, ToolCallPart, ToolResultPart } from '../../canonical/chat.ts';
import { pairToolResults } from './tool-history.ts';

const call = (id: string): ToolCallPart => ({
  type: 'tool-call',
  id,
  name: 'f',
  form: 'json',
  arguments: '{}',
});
const result = (callId: string): ToolResultPart => ({
  type: 'tool-result',
  callId,
  content: [{ type: 'text', text: `of ${callId}` }],
});
const text = { type: 'text' as const, text: 'and?' };
const noResult = (callId: string) => ({
  callId,
  isError: true,
  content: [{ type: 'text', text: '(no result)' }],
});

describe('pairing results with calls', () => {
  it('leaves a proper history alone, but puts results first and in the order of their calls', () => {
    const history: Message[] = [
      { role: 'assistant', content: [call('a'), call('b')] },
      { role: 'user', content: [text, result('b'), result('a')] },
    ];
    expect(pairToolResults(history)[1]?.content).toEqual([result('a'), result('b'), text]);
  });

  it('gathers results that the client spread over several messages', () => {
    const history: Message[] = [
      { role: 'assistant', content: [call('a'), call('b')] },
      { role: 'user', content: [result('a')] },
      { role: 'user', content: [result('b')] },
      { role: 'user', content: [text] },
    ];
    expect(pairToolResults(history)).toEqual([
      history[0],
      { role: 'user', content: [result('a'), result('b')] },
      { role: 'user', content: [text] },
    ]);
  });

  it('answers calls that nobody answered', () => {
    const history: Message[] = [
      { role: 'assistant', content: [call('a'), call('b')] },
      { role: 'user', content: [result('b')] },
      { role: 'assistant', content: [call('c')] },
    ];
    const paired = pairToolResults(history);
    expect(paired.map(({ role }) => role)).toEqual(['assistant', 'user', 'assistant', 'user']);
    expect(paired[1]?.content).toMatchObject([noResult('a'), result('b')]);
    expect(paired[3]?.content).toMatchObject([noResult('c')]);
  });

  it('takes turns of the assistant that follow each other for one', () => {
    const history: Message[] = [
      { role: 'assistant', content: [call('a')] },
      { role: 'assistant', content: [text, call('b')] },
      { role: 'user', content: [result('a'), result('b')] },
    ];
    expect(pairToolResults(history)).toEqual([
      { role: 'assistant', content: [call('a'), text, call('b')] },
      { role: 'user', content: [result('a'), result('b')] },
    ]);
  });

  it('tells a result of no call as text', () => {
    const paired = pairToolResults([{ role: 'user', content: [result('x')] }]);
    expect(paired[0]?.content).toEqual([{ type: 'text', text: 'Result of the tool call x: of x' }]);
  });

  it('never asks for the result of a call that ran at the upstream', () => {
    const hosted: Message = { role: 'assistant', content: [{ ...call('h'), hosted: true }] };
    expect(pairToolResults([hosted])).toEqual([hosted]);
  });
});
