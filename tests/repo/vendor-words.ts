/** The vendors, products and model families that only plugins may name. */
export const VENDOR_WORDS = [
  ...['openai', 'gpt', 'codex', 'azure'],
  ...['anthropic', 'claude'],
  ...['gemini', 'google', 'goog', 'vertex'],
  ...['mistral', 'qwen', 'dashscope', 'deepseek', 'llama', 'bedrock', 'cohere', 'grok'],
  ...['vllm', 'sglang', 'openrouter', 'litellm'],
];

const VENDOR = new RegExp(VENDOR_WORDS.join('|'), 'i');

/** Comments may say where a rule comes from. An address in a text is none, as no space stands before its slashes. */
const COMMENTS = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm;

/** The lines of a source that name a vendor outside of comments, with their numbers. */
export function vendorLines(source: string): readonly string[] {
  const code = source.replaceAll(COMMENTS, (comment) => comment.replaceAll(/[^\n]/g, ''));
  return code.split('\n').flatMap((line, at) => (VENDOR.test(line) ? [`${at + 1}: ${line.trim()}`] : []));
}
