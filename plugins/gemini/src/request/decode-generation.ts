import {
  type ChatRequest,
  defined,
  type FieldReader,
  MAX_TOKENS,
  type OutputFormat,
  type ReasoningPreference,
} from '@dragoman/plugin';
import { decodeSchema } from './decode-schema.ts';

type Generation = Pick<
  ChatRequest,
  'maxTokens' | 'stop' | 'sampling' | 'reasoning' | 'output' | 'modalities'
>;

/** Decodes `generationConfig`. */
export function decodeGeneration(config: FieldReader | undefined): Generation {
  if (!config) return { sampling: {}, reasoning: { show: 'none' } };
  const modalities = config.optionalStrings('responseModalities')?.map((name) => name.toLowerCase());
  const stop = config.optionalStrings('stopSequences');
  return defined({
    maxTokens: config.optionalTokens('maxOutputTokens'),
    stop: stop?.length === 0 ? undefined : stop,
    sampling: defined({
      temperature: config.optionalNumber('temperature'),
      topP: config.optionalNumber('topP'),
      topK: config.optionalNumber('topK'),
      seed: config.optionalNumber('seed'),
      presencePenalty: config.optionalNumber('presencePenalty'),
      frequencyPenalty: config.optionalNumber('frequencyPenalty'),
      logprobs: config.optionalBoolean('responseLogprobs'),
      topLogprobs: config.optionalInteger('logprobs'),
      count: config.optionalChoices('candidateCount'),
    }),
    reasoning: decodeReasoning(config.optionalReader('thinkingConfig')),
    output: decodeOutput(config),
    modalities: modalities?.every((name) => name === 'text') ? undefined : modalities,
  });
}

const LEVELS = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'] as const;
type Level = Lowercase<(typeof LEVELS)[number]>;

function decodeReasoning(thinking: FieldReader | undefined): ReasoningPreference {
  const show = thinking?.optionalBoolean('includeThoughts') ? ('summary' as const) : ('none' as const);
  const level = thinking?.optionalString('thinkingLevel')?.toUpperCase();
  const known = LEVELS.find((one) => one === level)?.toLowerCase() as Level | undefined;
  const budget = thinking?.optionalInteger('thinkingBudget', -1, MAX_TOKENS);
  return defined({
    effort: known,
    // -1 leaves it to the model.
    adaptive: budget !== undefined && budget < 0 ? true : undefined,
    budgetTokens: budget !== undefined && budget >= 0 ? budget : undefined,
    show,
  });
}

function decodeOutput(config: FieldReader): OutputFormat | undefined {
  const mimeType = config.optionalString('responseMimeType');
  const own = config.optionalObject('responseSchema');
  const schema = config.optionalObject('responseJsonSchema') ?? (own && decodeSchema(own));
  if (schema && mimeType !== 'text/plain') return { type: 'schema', schema };
  return mimeType === 'application/json' ? { type: 'json' } : undefined;
}
