'use client';

import { useTranslations } from 'use-intl';
import { SelectField, TextArea, TextField } from '../../components/ui/field.tsx';
import { CodeEditor } from '../../components/ui/lazy.tsx';
import { messageOf } from '../../lib/admin/api-error.ts';
import type { Protocol } from '../../lib/admin/types.ts';
import { MessageList } from './message-list.tsx';
import { type Parameters, type Prompt, readTools } from './prompt.ts';
import { ViewCode } from './view-code.tsx';

const EXAMPLE_TOOLS = JSON.stringify(
  [
    {
      name: 'get_weather',
      description: 'The weather in a city.',
      parameters: {
        type: 'object',
        properties: { city: { type: 'string' }, unit: { type: 'string', enum: ['celsius', 'fahrenheit'] } },
        required: ['city'],
        additionalProperties: false,
      },
    },
  ],
  undefined,
  2,
);

/** What stands in a tool and in its JSON Schema. */
const SCHEMA_WORDS = [
  ...['name', 'description', 'parameters', 'type', 'properties', 'required', 'additionalProperties', 'items'],
  ...[
    'enum',
    'const',
    'default',
    'format',
    'pattern',
    'minimum',
    'maximum',
    'minLength',
    'maxLength',
    'anyOf',
  ],
  ...['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'],
];

function problemOf(tools: string): string | undefined {
  try {
    readTools(tools);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

interface PromptFormProps {
  readonly prompt: Prompt;
  readonly models: readonly string[];
  /** Those that can be tried. */
  readonly protocols: readonly Protocol[];
  readonly onChange: (prompt: Prompt) => void;
}

/** What is asked: the same for all models beside each other. */
export function PromptForm({ prompt, models, protocols, onChange }: PromptFormProps) {
  const t = useTranslations('playground');
  const set = (change: Partial<Prompt>): void => onChange({ ...prompt, ...change });
  return (
    <div className="grid gap-4">
      <SelectField
        label={t('protocol')}
        value={prompt.protocol}
        options={protocols.map(({ name, title }) => ({ value: name, label: title }))}
        onChange={(protocol) => set({ protocol })}
      />
      <TextArea
        label={t('system')}
        rows={2}
        value={prompt.system}
        onChange={(event) => set({ system: event.target.value })}
      />
      <MessageList messages={prompt.messages} onChange={(messages) => set({ messages })} />
      <details open={prompt.tools !== ''}>
        <summary className="cursor-pointer font-medium">{t('tools')}</summary>
        <div className="mt-3 grid gap-3">
          <p className="text-sm text-quiet">
            {t('toolsHint')}{' '}
            <button
              type="button"
              className="text-accent underline"
              onClick={() => set({ tools: EXAMPLE_TOOLS })}
            >
              {t('toolsExample')}
            </button>
          </p>
          <CodeEditor
            label={t('tools')}
            value={prompt.tools}
            words={SCHEMA_WORDS}
            check={problemOf}
            onChange={(tools) => set({ tools })}
          />
          <p className="text-sm text-quiet">{t('mocksHint')}</p>
          <CodeEditor label={t('mocks')} value={prompt.mocks} onChange={(mocks) => set({ mocks })} />
        </div>
      </details>
      <ParameterFields value={prompt.parameters} onChange={(parameters) => set({ parameters })} />
      <ViewCode prompt={prompt} model={models[0] ?? ''} />
    </div>
  );
}

const NUMBERS = [
  { name: 'temperature', step: 0.1, min: 0, max: 2 },
  { name: 'topP', step: 0.05, min: 0, max: 1 },
  { name: 'maxTokens', min: 1 },
] as const;

function ParameterFields({
  value,
  onChange,
}: {
  readonly value: Parameters;
  readonly onChange: (value: Parameters) => void;
}) {
  const t = useTranslations('playground');
  const set = (name: keyof Parameters, text: string, isText = false): void => {
    const { [name]: _, ...others } = value;
    onChange(text === '' ? others : { ...others, [name]: isText ? text : Number(text) });
  };
  return (
    <fieldset>
      <legend className="mb-2 font-medium">{t('parameters')}</legend>
      <div className="grid grid-cols-2 gap-3">
        {NUMBERS.map(({ name, ...bounds }) => (
          <TextField
            key={name}
            label={t(name)}
            type="number"
            placeholder={t('unset')}
            value={value[name] ?? ''}
            onChange={(event) => set(name, event.target.value)}
            {...bounds}
          />
        ))}
        <SelectField
          label={t('effort')}
          value={value.effort ?? ''}
          options={[
            { value: '', label: t('unset') },
            ...['low', 'medium', 'high'].map((one) => ({ value: one, label: one })),
          ]}
          onChange={(text) => set('effort', text, true)}
        />
      </div>
    </fieldset>
  );
}
