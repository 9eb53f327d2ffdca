import type { Tokenizer } from '@dragoman/plugin';

/** What looks like a special token is only text where a client says it. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

/** OpenAI's own, which are public. */
export const OPENAI_TOKENIZERS: readonly Tokenizer[] = [
  {
    models: /^(?:gpt-3|gpt-4(?!o|\.)|text-embedding-)/,
    async load() {
      const { countTokens } = await import('gpt-tokenizer/encoding/cl100k_base');
      return (text) => countTokens(text, AS_TEXT);
    },
  },
  {
    models: /^(?:gpt-|chatgpt-|o\d)/,
    async load() {
      const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
      return (text) => countTokens(text, AS_TEXT);
    },
  },
];
