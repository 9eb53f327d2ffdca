'use client';

import Link from 'next/link';
import { useState } from 'react';
import useSWR from 'swr';
import { useTranslations } from 'use-intl';
import { CodeBlock } from '../../components/text/code-block.tsx';
import { Panel } from '../../components/ui/panel.tsx';
import { Tabs } from '../../components/ui/tabs.tsx';
import { curlExample } from '../../lib/curl-example.ts';
import type { About } from '../../lib/types.ts';

/** What to do first, with something to copy for whatever people come with. */
export function FirstSteps() {
  const t = useTranslations('firstSteps');
  const { data: about } = useSWR<About, Error>('/about');
  const [client, setClient] = useState('curl');
  const link = (href: string) => {
    const Linked = (chunks: React.ReactNode) => (
      <Link className="text-accent underline" href={href}>
        {chunks}
      </Link>
    );
    return Linked;
  };
  const base = about?.baseUrl ?? 'http://127.0.0.1:8787/v1';
  return (
    <Panel title={t('title')}>
      <ol className="mb-4 grid list-decimal gap-1 pl-5">
        <li>{t.rich('upstream', { a: link('/upstreams/') })}</li>
        <li>{t.rich('test', { a: link('/playground/') })}</li>
        <li>{t.rich('key', { a: link('/keys/') })}</li>
        <li>{t('snippet')}</li>
      </ol>
      <Tabs
        label={t('clients')}
        value={client}
        onChange={setClient}
        tabs={Object.entries(snippets(base)).map(([name, text]) => ({
          value: name,
          label: name,
          content: <CodeBlock label={name} text={text} />,
        }))}
      />
    </Panel>
  );
}

function snippets(base: string): Readonly<Record<string, string>> {
  const root = base.replace(/\/v1$/, '');
  return {
    curl: curlExample(base),
    'OpenAI (TypeScript)': `import OpenAI from 'openai';

const client = new OpenAI({ baseURL: '${base}', apiKey: process.env.GATEWAY_API_KEY });
const reply = await client.chat.completions.create({
  model: 'echo',
  messages: [{ role: 'user', content: 'Hello' }],
});
console.log(reply.choices[0].message.content);`,
    'OpenAI (Python)': `import os
from openai import OpenAI

client = OpenAI(base_url="${base}", api_key=os.environ["GATEWAY_API_KEY"])
reply = client.chat.completions.create(
    model="echo", messages=[{"role": "user", "content": "Hello"}]
)
print(reply.choices[0].message.content)`,
    Anthropic: `import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({ baseURL: '${root}', apiKey: process.env.GATEWAY_API_KEY });
const reply = await client.messages.create({
  model: 'echo',
  max_tokens: 1000,
  messages: [{ role: 'user', content: 'Hello' }],
});
console.log(reply.content);`,
    Gemini: `import { GoogleGenAI } from '@google/genai';

const client = new GoogleGenAI({
  apiKey: process.env.GATEWAY_API_KEY,
  httpOptions: { baseUrl: '${root}' },
});
const reply = await client.models.generateContent({ model: 'echo', contents: 'Hello' });
console.log(reply.text);`,
    'Claude Code': `export ANTHROPIC_BASE_URL=${root}
export ANTHROPIC_AUTH_TOKEN=$GATEWAY_API_KEY
claude --model echo`,
    Codex: `# ~/.codex/config.toml
model = "echo"
model_provider = "dragoman"

[model_providers.dragoman]
name = "Dragoman"
base_url = "${base}"
env_key = "GATEWAY_API_KEY"
wire_api = "responses"`,
  };
}
