import type { Dice } from '../dice.ts';
import type { Draft, HeaderLine } from '../draft.ts';
import type { Tree } from '../json-tree.ts';
import type { Surface } from '../surface.ts';
import { apiKey, keyOf, maybe, model, parameters, PIXEL, post, text } from './parts.ts';

const VERSION: HeaderLine = ['anthropic-version', '2023-06-01'];

function blocks(dice: Dice): Tree {
  if (dice.chance(0.6)) return text(dice);
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } };
  return [
    { type: 'text', text: text(dice), ...maybe(dice, 0.3, { cache_control: { type: 'ephemeral' } }) },
    ...(dice.chance(0.5) ? [image satisfies Tree] : []),
  ];
}

function messages(dice: Dice): Tree[] {
  const turns: Tree[] = [];
  for (let count = dice.between(0, 3); count > 0; count -= 1) {
    const id = `toolu_${count}`;
    turns.push({ role: 'user', content: blocks(dice) });
    if (dice.chance(0.5)) {
      const use = { type: 'tool_use', id, name: 'tool_0', input: { city: 'Paris' } };
      turns.push({ role: 'assistant', content: [use] });
      turns.push({
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: id, content: text(dice) }],
      });
    }
    turns.push({ role: 'assistant', content: text(dice) });
  }
  return [...turns, { role: 'user', content: blocks(dice) }];
}

function common(dice: Dice): { [key: string]: Tree } {
  const tool = { name: 'tool_0', description: 'Does something', input_schema: parameters(dice) };
  return {
    model: model(dice),
    messages: messages(dice),
    ...maybe(dice, 0.3, { system: dice.pick<Tree>([text(dice), [{ type: 'text', text: text(dice) }]]) }),
    ...maybe(dice, 0.4, { tools: [tool], ...maybe(dice, 0.5, { tool_choice: { type: 'any' } }) }),
  };
}

export function messagesRequest(dice: Dice, surface: Surface): Draft {
  return post({
    speaker: 'anthropic',
    path: '/v1/messages',
    credential: apiKey(keyOf(dice, surface)),
    headers: [VERSION, ...(dice.chance(0.2) ? [['anthropic-beta', 'some-beta'] satisfies HeaderLine] : [])],
    json: {
      ...common(dice),
      max_tokens: 64,
      ...maybe(dice, 0.4, { stream: true }),
      ...maybe(dice, 0.2, { stop_sequences: ['END'] }),
      ...maybe(dice, 0.2, { temperature: 1, top_k: 5 }),
      ...maybe(dice, 0.2, { metadata: { user_id: 'u_session_1' } }),
      ...maybe(dice, 0.1, {
        output_config: { format: { type: 'json_schema', schema: parameters(dice) } },
      }),
    },
  });
}

export function countTokens(dice: Dice, surface: Surface): Draft {
  return post({
    speaker: 'anthropic',
    path: '/v1/messages/count_tokens',
    credential: apiKey(keyOf(dice, surface)),
    headers: [VERSION],
    json: common(dice),
  });
}
