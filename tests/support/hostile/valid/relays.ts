import type { Dice } from '../dice.ts';
import type { Draft, HeaderLine } from '../draft.ts';
import type { Surface } from '../surface.ts';
import { bearer, keyOf, model, text } from './parts.ts';

const BOUNDARY = 'fuzz-boundary-7d1';

/** Paths of OpenAI's API for which the gateway has no endpoint of its own. */
const PATHS = [
  'images/generations',
  'images/edits',
  'audio/speech',
  'audio/transcriptions',
  'moderations',
  'rerank',
  'files',
  'files/file-1/content',
  'batches',
  'batches/batch_1/cancel',
  'fine_tuning/jobs',
  'vector_stores/vs_1/files',
  'organization/admin_api_keys',
  'threads/thread_1/runs',
  'responses/resp_1/input_items',
] as const;

function form(fields: readonly (readonly [name: string, value: string])[]): Buffer {
  const parts = fields.map(
    ([name, value]) => `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\ncontent-type: audio/wav\r\n\r\nRIFF....\r\n`;
  return Buffer.from(`${parts.join('')}${file}--${BOUNDARY}--\r\n`);
}

/** The bodies of relays: what a client sends, and under which content type. */
const BODIES: readonly ((dice: Dice) => {
  readonly type: string;
  readonly body: NonNullable<Draft['body']>;
})[] = [
  (dice) => ({
    type: 'application/json',
    body: { json: { model: model(dice), prompt: text(dice), input: text(dice) } },
  }),
  (dice) => ({
    type: `multipart/form-data; boundary=${BOUNDARY}`,
    body: {
      bytes: form([
        ['model', model(dice)],
        ['language', 'en'],
      ]),
    },
  }),
  (dice) => ({
    type: 'application/x-www-form-urlencoded',
    body: { bytes: Buffer.from(`model=${encodeURIComponent(model(dice))}&prompt=x`) },
  }),
  () => ({ type: 'application/octet-stream', body: { bytes: Buffer.from([0, 1, 2, 255, 254]) } }),
];

export function relay(dice: Dice, surface: Surface): Draft {
  const path = dice.pick(PATHS);
  const method = dice.pick(['POST', 'POST', 'POST', 'GET', 'DELETE']);
  const { type, body } = dice.pick(BODIES)(dice);
  const hasBody = method === 'POST';
  const headers: readonly HeaderLine[] = [
    bearer(keyOf(dice, surface)),
    ...(hasBody ? [['content-type', type] satisfies HeaderLine] : []),
    ...(dice.chance(0.3) ? [['x-dragoman-upstream', 'good-openai'] satisfies HeaderLine] : []),
  ];
  const query = dice.chance(0.2) ? `?model=${encodeURIComponent(model(dice))}&limit=10` : '';
  return {
    route: `${method} /v1/*`,
    speaker: 'openai',
    method,
    target: `/v1/${path}${query}`,
    headers,
    body: hasBody ? body : undefined,
  };
}
