import type { Usage } from './chat.ts';
import type { EmbedReply } from './embed.ts';
import { GatewayError } from './errors.ts';
import { soundUsage } from './event-values.ts';
import { isJsonObject } from './json.ts';
import type { Model } from './models.ts';

/** Validates the embeddings that a provider returned. `estimate` is used if it reported no usage. */
export function readVectors(reply: unknown, estimate: () => Usage): EmbedReply {
  const vectors = isJsonObject(reply) ? (reply['vectors'] as unknown) : undefined;
  const isSound =
    Array.isArray(vectors) &&
    vectors.every((one: unknown) => Array.isArray(one) && one.every((value) => Number.isFinite(value)));
  if (!isSound) throw broken('vectors of numbers');
  const { model, usage } = reply as EmbedReply;
  return {
    model: typeof model === 'string' ? model : '',
    vectors: vectors as EmbedReply['vectors'],
    usage: (usage && soundUsage(usage, () => {})) ?? estimate(),
  };
}

/** Validates the models that a provider returned. */
export function readModels(models: unknown): readonly Model[] {
  const isSound =
    Array.isArray(models) &&
    models.every((one: unknown) => isJsonObject(one) && typeof one['id'] === 'string' && one['id'] !== '');
  if (!isSound) throw broken('a list of models with ids');
  return models as readonly Model[];
}

function broken(expected: string): GatewayError {
  return new GatewayError('upstream-broken', `The upstream's provider did not return ${expected}.`);
}
