import type { JsonObject } from '@dragoman/plugin';
import type { MockCall } from '../upstreams/mock-upstream.ts';
import { openAiModels } from '../wires/openai-frames.ts';

/** The list of models, in the form of the client that asks. */
export function modelList(ids: readonly string[], { headers, path }: MockCall): JsonObject {
  if ('anthropic-version' in headers) return anthropicModels(ids);
  return /\/v1(?:alpha|beta)\/models$/.test(path) ? geminiModels(ids) : openAiModels(ids);
}

function anthropicModels(ids: readonly string[]): JsonObject {
  const created_at = '2025-10-09T00:00:00Z';
  const data = ids.map((id) => ({ type: 'model', id, display_name: id, created_at }));
  return { data, has_more: false, first_id: ids[0] ?? null, last_id: ids.at(-1) ?? null };
}

function geminiModels(ids: readonly string[]): JsonObject {
  const supportedGenerationMethods = ['generateContent', 'streamGenerateContent'];
  return {
    models: ids.map((id) => ({ name: `models/${id}`, displayName: id, supportedGenerationMethods })),
  };
}
