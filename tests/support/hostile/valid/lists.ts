import type { Dice } from '../dice.ts';
import type { Draft, HeaderLine } from '../draft.ts';
import type { Surface } from '../surface.ts';
import { apiKey, bearer, googleKey, keyOf, model } from './parts.ts';

/** Lists of models and single models, in all three wires, and stored responses. */
export function lists(dice: Dice, surface: Surface): Draft {
  const key = keyOf(dice, surface);
  const anthropic: readonly HeaderLine[] = [apiKey(key), ['anthropic-version', '2023-06-01']];
  const id = dice.pick(surface.ids.response);
  const [speaker, method, target, headers] = dice.pick<
    readonly [Draft['speaker'], string, string, readonly HeaderLine[]]
  >([
    ['openai', 'GET', '/v1/models', [bearer(key)]],
    ['openai', 'GET', `/v1/models/${model(dice)}`, [bearer(key)]],
    ['anthropic', 'GET', '/v1/models?limit=3', anthropic],
    ['anthropic', 'GET', `/v1/models/${model(dice)}`, anthropic],
    ['gemini', 'GET', '/v1beta/models?pageSize=2', [googleKey(key)]],
    ['gemini', 'GET', `/v1beta/models/${model(dice)}`, [googleKey(key)]],
    ['gemini', 'GET', `/v1beta/models?key=${key}`, []],
    ['openai', 'GET', `/v1/responses/${id}`, [bearer(key)]],
    ['openai', 'DELETE', `/v1/responses/${id}`, [bearer(key)]],
  ]);
  return { route: `${method} lists`, speaker, method, target, headers, body: undefined };
}

/** What anybody may see, and the files of the console. */
export function pages(dice: Dice, { consoleFiles }: Surface): Draft {
  const target = dice.pick([
    '/',
    '/healthz',
    '/health',
    '/readyz',
    '/metrics',
    '/console',
    '/console/',
    '/console/sign-in/',
    '/console/nowhere',
    '/favicon.ico',
    ...(consoleFiles.length > 0 ? [`/${dice.pick(consoleFiles)}`] : []),
  ]);
  const encoding: HeaderLine = ['accept-encoding', dice.pick(['gzip, br', 'identity', '*;q=0'])];
  return { route: 'GET pages', speaker: 'page', method: 'GET', target, headers: [encoding], body: undefined };
}
