import { defined, type FieldReader, type Sampling } from '@dragoman/plugin';

/** The name of the model, which all endpoints require. */
export function decodeModel(fields: FieldReader): string {
  const model = fields.string('model');
  if (model === '') throw fields.invalid('model', 'must not be empty');
  return model;
}

/** One sequence or several. */
export function decodeStop(fields: FieldReader): readonly string[] | undefined {
  const stop = fields.value('stop');
  return typeof stop === 'string' ? [stop] : fields.optionalStrings('stop');
}

/** What chats and completions both are tuned with. */
export function decodeSampling(fields: FieldReader): Sampling {
  return defined({
    temperature: fields.optionalNumber('temperature'),
    topP: fields.optionalNumber('top_p'),
    topK: fields.optionalInteger('top_k', -1),
    seed: fields.optionalInteger('seed', Number.MIN_SAFE_INTEGER),
    presencePenalty: fields.optionalNumber('presence_penalty'),
    frequencyPenalty: fields.optionalNumber('frequency_penalty'),
    logitBias: decodeMap(fields, 'logit_bias', (value) => typeof value === 'number'),
    count: fields.optionalChoices('n'),
  });
}

/** An object whose values are all of one type. */
export function decodeMap<T>(
  fields: FieldReader,
  name: string,
  fits: (value: unknown) => value is T,
): Readonly<Record<string, T>> | undefined {
  const map = fields.optionalObject(name);
  const wrong = Object.entries(map ?? {}).find(([, value]) => !fits(value));
  if (wrong) throw fields.invalid(`${name}.${wrong[0]}`, 'has a value of the wrong type');
  return map as Readonly<Record<string, T>> | undefined;
}
