import { describe, expect, it } from 'vitest';
import { listRules } from './conversation-rules.ts';

const rules = listRules({ field: 'messages', outputOf: ({ message }) => [message ?? null] });
const say = (role: string, content: string) => ({ role, content });

describe('rules of protocols that list messages', () => {
  it('put what was said before in front', () => {
    const body = { model: 'm', messages: [say('user', 'again')] };
    expect(rules.withHistory(body, [say('user', 'hi'), say('assistant', 'hello')])).toEqual({
      model: 'm',
      messages: [say('user', 'hi'), say('assistant', 'hello'), say('user', 'again')],
    });
  });

  it('let new instructions take the place of those before', () => {
    const history = [say('system', 'old'), say('user', 'hi'), say('assistant', 'hello')];
    const body = { messages: [say('system', 'new'), say('user', 'again')] };
    expect(rules.withHistory(body, history)['messages']).toEqual([
      say('system', 'new'),
      say('user', 'hi'),
      say('assistant', 'hello'),
      say('user', 'again'),
    ]);
    expect(rules.withHistory({ messages: [say('user', 'again')] }, history)['messages']).toEqual([
      ...history,
      say('user', 'again'),
    ]);
  });

  it('take a text for what the user says', () => {
    expect(rules.inputOf({ messages: 'hi' })).toEqual([say('user', 'hi')]);
    expect(rules.inputOf({})).toEqual([]);
  });

  it('see whether a client brings the answers that it got', () => {
    expect(rules.includesHistory({ messages: [say('system', 's'), say('user', 'hi')] })).toBe(false);
    expect(rules.includesHistory({ messages: [say('user', 'hi'), say('assistant', 'hello')] })).toBe(true);
    expect(rules.includesHistory({ messages: [{ role: 'model', parts: [] }] })).toBe(true);
    expect(rules.includesHistory({ messages: 'hi' })).toBe(false);
  });
});
