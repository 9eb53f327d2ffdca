import type { Dice } from '../dice.ts';
import type { Draft } from '../draft.ts';
import type { Tree } from '../json-tree.ts';
import { EMBEDDING_MODELS, type Surface } from '../surface.ts';
import { bearer, keyOf, maybe, model, parameters, PIXEL, post, text } from './parts.ts';

function tools(dice: Dice): Tree[] {
  return dice.list(dice.between(1, 3), (at) => ({
    type: 'function',
    function: {
      name: `tool_${at}`,
      description: 'Does something',
      parameters: parameters(dice),
      ...maybe(dice, 0.3, { strict: true }),
    },
  }));
}

function content(dice: Dice): Tree {
  if (dice.chance(0.7)) return text(dice);
  return [
    { type: 'text', text: text(dice) },
    ...(dice.chance(0.5)
      ? [{ type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } } satisfies Tree]
      : []),
  ];
}

function messages(dice: Dice): Tree[] {
  const turns: Tree[] = dice.chance(0.4) ? [{ role: 'system', content: text(dice) }] : [];
  for (let count = dice.between(0, 3); count > 0; count -= 1) {
    const id = `call_${count}`;
    const call = { id, type: 'function', function: { name: 'tool_0', arguments: '{"city":"Paris"}' } };
    turns.push({ role: 'user', content: content(dice) });
    if (dice.chance(0.5)) {
      turns.push({ role: 'assistant', content: null, tool_calls: [call] });
      turns.push({ role: 'tool', tool_call_id: id, content: text(dice) });
    }
    turns.push({ role: 'assistant', content: text(dice) });
  }
  return [...turns, { role: 'user', content: content(dice) }];
}

export function chat(dice: Dice, surface: Surface): Draft {
  const offered = dice.chance(0.4) ? tools(dice) : undefined;
  return post({
    speaker: 'openai',
    path: '/v1/chat/completions',
    credential: bearer(keyOf(dice, surface)),
    json: {
      model: model(dice),
      messages: messages(dice),
      ...maybe(dice, 0.4, { stream: true, stream_options: { include_usage: true } }),
      ...maybe(dice, 0.3, { max_tokens: 64 }),
      ...maybe(dice, 0.2, { temperature: 0.5, top_p: 0.9 }),
      ...maybe(dice, 0.2, { stop: ['END', '\n\n'] }),
      ...maybe(dice, 0.1, { n: 2, seed: 7 }),
      ...maybe(dice, 0.1, { user: 'somebody', metadata: { thread: 't-1' } }),
      ...maybe(dice, 0.1, { logit_bias: { '50256': -100 } }),
      ...maybe(dice, 0.2, {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'answer', schema: parameters(dice), strict: false },
        },
      }),
      ...(offered && { tools: offered, ...maybe(dice, 0.5, { tool_choice: 'required' }) }),
    },
  });
}

export function completions(dice: Dice, surface: Surface): Draft {
  return post({
    speaker: 'openai',
    path: '/v1/completions',
    credential: bearer(keyOf(dice, surface)),
    json: {
      model: model(dice),
      prompt: dice.pick<Tree>([text(dice), [text(dice)]]),
      ...maybe(dice, 0.3, { stream: true }),
      ...maybe(dice, 0.3, { max_tokens: 16, stop: '\n' }),
    },
  });
}

export function embeddings(dice: Dice, surface: Surface): Draft {
  return post({
    speaker: 'openai',
    path: '/v1/embeddings',
    credential: bearer(keyOf(dice, surface)),
    json: {
      model: dice.pick(EMBEDDING_MODELS),
      input: dice.pick<Tree>([text(dice), [text(dice), text(dice)], [1, 2, 3], [[1, 2], [3]]]),
      ...maybe(dice, 0.3, { dimensions: 16 }),
      ...maybe(dice, 0.3, { encoding_format: 'base64' }),
    },
  });
}

function items(dice: Dice): Tree[] {
  const list: Tree[] = [];
  for (let count = dice.between(0, 3); count > 0; count -= 1) {
    const id = `call_${count}`;
    list.push({ type: 'message', role: 'user', content: [{ type: 'input_text', text: text(dice) }] });
    if (dice.chance(0.5)) {
      list.push({ type: 'function_call', call_id: id, name: 'tool_0', arguments: '{"city":"Paris"}' });
      list.push({ type: 'function_call_output', call_id: id, output: text(dice) });
    }
    list.push({ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: text(dice) }] });
  }
  return [...list, { role: 'user', content: text(dice) }];
}

function responsesBody(dice: Dice): { [key: string]: Tree } {
  return {
    model: model(dice),
    input: dice.chance(0.5) ? text(dice) : items(dice),
    ...maybe(dice, 0.2, { instructions: text(dice) }),
    ...maybe(dice, 0.3, {
      tools: [{ type: 'function', name: 'tool_0', description: 'Does', parameters: parameters(dice) }],
    }),
    ...maybe(dice, 0.2, { reasoning: { effort: 'low', summary: 'auto' } }),
    ...maybe(dice, 0.2, {
      text: { format: { type: 'json_schema', name: 'answer', schema: parameters(dice) } },
    }),
  };
}

export function responses(dice: Dice, surface: Surface): Draft {
  return post({
    speaker: 'openai',
    path: '/v1/responses',
    credential: bearer(keyOf(dice, surface)),
    json: {
      ...responsesBody(dice),
      ...maybe(dice, 0.4, { stream: true }),
      ...maybe(dice, 0.3, { max_output_tokens: 64 }),
      ...maybe(dice, 0.2, { previous_response_id: dice.pick(surface.ids.response) }),
      ...maybe(dice, 0.3, { store: false }),
    },
  });
}

export function inputTokens(dice: Dice, surface: Surface): Draft {
  return post({
    speaker: 'openai',
    path: '/v1/responses/input_tokens',
    credential: bearer(keyOf(dice, surface)),
    json: responsesBody(dice),
  });
}
