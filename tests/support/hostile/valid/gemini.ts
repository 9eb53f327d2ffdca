import type { Dice } from '../dice.ts';
import type { Draft } from '../draft.ts';
import type { Tree } from '../json-tree.ts';
import { EMBEDDING_MODELS, type Surface } from '../surface.ts';
import { googleKey, keyOf, maybe, model, parameters, PIXEL, post, text } from './parts.ts';

function parts(dice: Dice): Tree[] {
  return [
    { text: text(dice) },
    ...(dice.chance(0.2) ? [{ inlineData: { mimeType: 'image/png', data: PIXEL } } satisfies Tree] : []),
  ];
}

function contents(dice: Dice): Tree[] {
  const turns: Tree[] = [];
  for (let count = dice.between(0, 3); count > 0; count -= 1) {
    turns.push({ role: 'user', parts: parts(dice) });
    if (dice.chance(0.5)) {
      const response = { name: 'tool_0', response: { result: text(dice) } };
      turns.push({
        role: 'model',
        parts: [{ functionCall: { name: 'tool_0', args: { city: 'Paris' } } }],
      });
      turns.push({ role: 'user', parts: [{ functionResponse: response }] });
    }
    turns.push({ role: 'model', parts: [{ text: text(dice) }] });
  }
  return [...turns, { role: 'user', parts: parts(dice) }];
}

function common(dice: Dice): { [key: string]: Tree } {
  const declared = { name: 'tool_0', description: 'Does something' };
  const schema = parameters(dice);
  const declaration = dice.chance(0.5)
    ? { ...declared, parametersJsonSchema: schema }
    : { ...declared, parameters: schema };
  return {
    contents: contents(dice),
    ...maybe(dice, 0.3, { systemInstruction: { parts: [{ text: text(dice) }] } }),
    ...maybe(dice, 0.4, {
      tools: [{ functionDeclarations: [declaration] }],
      ...maybe(dice, 0.5, { toolConfig: { functionCallingConfig: { mode: 'ANY' } } }),
    }),
  };
}

export function generate(dice: Dice, surface: Surface): Draft {
  const verb = dice.pick(['generateContent', 'streamGenerateContent']);
  const draft = post({
    speaker: 'gemini',
    path: `/${dice.pick(['v1beta', 'v1'])}/models/${model(dice)}:${verb}`,
    query: verb.startsWith('stream') && dice.chance(0.7) ? '?alt=sse' : '',
    credential: googleKey(keyOf(dice, surface)),
    json: {
      ...common(dice),
      ...maybe(dice, 0.4, {
        generationConfig: {
          ...maybe(dice, 0.5, { maxOutputTokens: 64, temperature: 0.5 }),
          ...maybe(dice, 0.3, { stopSequences: ['END'] }),
          ...maybe(dice, 0.3, { responseMimeType: 'application/json', responseJsonSchema: parameters(dice) }),
        },
      }),
    },
  });
  return { ...draft, route: `POST models:${verb}` };
}

export function countTokens(dice: Dice, surface: Surface): Draft {
  const draft = post({
    speaker: 'gemini',
    path: `/v1beta/models/${model(dice)}:countTokens`,
    credential: googleKey(keyOf(dice, surface)),
    json: common(dice),
  });
  return { ...draft, route: 'POST models:countTokens' };
}

export function embed(dice: Dice, surface: Surface): Draft {
  const name = dice.pick(EMBEDDING_MODELS);
  const one = { content: { parts: [{ text: text(dice) }] } };
  const isBatch = dice.chance(0.5);
  const verb = isBatch ? 'batchEmbedContents' : 'embedContent';
  const draft = post({
    speaker: 'gemini',
    path: `/v1beta/models/${name}:${verb}`,
    credential: googleKey(keyOf(dice, surface)),
    json: isBatch
      ? {
          requests: [
            { model: `models/${name}`, ...one },
            { model: `models/${name}`, ...one },
          ],
        }
      : one,
  });
  return { ...draft, route: `POST models:${verb}` };
}
